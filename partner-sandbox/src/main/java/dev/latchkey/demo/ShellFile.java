package dev.latchkey.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A file that a person loads into a shell to go on where the demo ended; only its owner may read it. */
final class ShellFile {
    private final Path file;

    ShellFile(Path file) {
        this.file = file;
    }

    /** Writes it; a file that is there already is an error. */
    void write(URI broker, LocalCast cast, String partner, DemoPartner.Outcome story) throws IOException {
        List<String> lines = List.of(
                line("LATCHKEY", broker.toString()),
                line("ADMIN", pair(cast.admin())),
                line("APPROVER", pair(cast.approver())),
                line("APP", pair(story.app())),
                line("PARTNER", partner),
                line("CONNECTION", story.connection()));
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, lines);
    }

    private static String pair(Identity identity) {
        if (identity instanceof BasicIdentity basic) {
            return basic.name() + ":" + basic.password();
        }
        throw new IllegalArgumentException("only who comes by HTTP Basic fits into a curl of the README");
    }

    /** In single quotes nothing is special but a single quote itself. */
    private static String line(String name, String value) {
        return name + "='" + value.replace("'", "'\\''") + "'";
    }
}
