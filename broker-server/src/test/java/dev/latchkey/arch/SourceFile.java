package dev.latchkey.arch;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A source file as the JDK's parser sees it.
 *
 * @param packageName its package
 * @param codeLines its lines that are neither blank nor comment
 * @param methods its methods and constructors that have a body
 */
record SourceFile(String packageName, int codeLines, List<Method> methods) {

    /**
     * A method.
     *
     * @param name with the name of its class
     * @param lines from the first line of its declaration, annotations included, to its closing brace
     */
    record Method(String name, int lines) {}

    /** Parses every Java file below a folder. */
    static List<SourceFile> allBelow(Path folder) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var paths = Files.walk(folder);
                StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            var sources = files.getJavaFileObjectsFromPaths(
                    paths.filter(path -> path.toString().endsWith(".java")).toList());
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, sources);
            List<SourceFile> parsed = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                parsed.add(read(unit, Trees.instance(task).getSourcePositions()));
            }
            return parsed;
        }
    }

    private static SourceFile read(CompilationUnitTree unit, SourcePositions positions) {
        List<Method> methods = new ArrayList<>();
        new TreePathScanner<Void, String>() {
            @Override
            public Void visitClass(ClassTree tree, String outer) {
                return super.visitClass(tree, tree.getSimpleName().toString());
            }

            @Override
            public Void visitMethod(MethodTree tree, String owner) {
                long start = positions.getStartPosition(unit, tree);
                if (tree.getBody() != null && start >= 0) {
                    long end = positions.getEndPosition(unit, tree);
                    var lines = unit.getLineMap();
                    int size = (int) (lines.getLineNumber(end) - lines.getLineNumber(start) + 1);
                    methods.add(new Method(owner + "." + tree.getName(), size));
                }
                return super.visitMethod(tree, owner);
            }
        }.scan(unit, "");
        return new SourceFile(String.valueOf(unit.getPackageName()), codeLines(unit), methods);
    }

    private static int codeLines(CompilationUnitTree unit) {
        try {
            String text = unit.getSourceFile().getCharContent(true).toString();
            return (int)
                    text.lines().map(String::strip).filter(SourceFile::isCode).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** True to the formatter's layout, in which a line of a block comment begins with an asterisk. */
    private static boolean isCode(String line) {
        return !line.isEmpty() && !line.startsWith("//") && !line.startsWith("*") && !line.startsWith("/*");
    }
}
