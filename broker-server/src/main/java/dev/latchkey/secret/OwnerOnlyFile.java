package dev.latchkey.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/**
 * A file with a secret in it, which only its owner may touch. Written as a whole: a reader sees the old content or the
 * new one, also after a crash.
 *
 * @param path where it is
 */
public record OwnerOnlyFile(Path path) {

    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    /** Makes a folder, with all that lead to it, that only its owner may enter; one that is there is narrowed. */
    public static Path folder(Path path) throws IOException {
        Files.createDirectories(path, PosixFilePermissions.asFileAttribute(FOLDER));
        Files.setPosixFilePermissions(path, FOLDER);
        return path;
    }

    /** Whether the file is there. */
    public boolean exists() {
        return Files.exists(path);
    }

    /** The content; throws {@link IllegalStateException} if anybody but the owner may read or write the file. */
    public byte[] read() throws IOException {
        Set<PosixFilePermission> others = new HashSet<>(Files.getPosixFilePermissions(path));
        others.removeAll(FILE);
        if (!others.isEmpty()) {
            throw new IllegalStateException(path + " is open to others; its rights must be 0600");
        }
        return Files.readAllBytes(path);
    }

    /** {@link #read()} as UTF-8. */
    public String readText() throws IOException {
        return new String(read(), StandardCharsets.UTF_8);
    }

    /** Writes or replaces the content, durably before this returns. */
    public void write(byte[] content) throws IOException {
        Path next = path.resolveSibling(path.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createFile(next, PosixFilePermissions.asFileAttribute(FILE));
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(path.toAbsolutePath().resolveSibling(""));
    }

    /** Without this a power cut could forget the rename. */
    private static void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
