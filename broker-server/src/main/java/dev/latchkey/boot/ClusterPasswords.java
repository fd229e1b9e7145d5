package dev.latchkey.boot;

import dev.latchkey.secret.OwnerOnlyFile;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * The passwords of an embedded cluster, made once and kept in a file beside it.
 *
 * @param superuser of {@code postgres}
 * @param owner of the schema's owner
 * @param runtime of the role that the broker works as
 */
record ClusterPasswords(Secret superuser, Secret owner, Secret runtime) {

    /** Those of the file, or new ones, which are in the file when this returns. */
    static ClusterPasswords keptIn(OwnerOnlyFile file, SecretGenerator generator) throws IOException {
        if (file.exists()) {
            return parse(file);
        }
        ClusterPasswords made = new ClusterPasswords(generator.next(), generator.next(), generator.next());
        file.write(made.format().getBytes(StandardCharsets.UTF_8));
        return made;
    }

    private String format() {
        return "# Passwords of the embedded PostgreSQL. Lost, they cannot be recovered.\nsuperuser="
                + superuser.reveal(Purpose.STORE) + "\nowner=" + owner.reveal(Purpose.STORE) + "\nruntime="
                + runtime.reveal(Purpose.STORE) + "\n";
    }

    private static ClusterPasswords parse(OwnerOnlyFile file) throws IOException {
        Properties lines = new Properties();
        lines.load(new StringReader(file.readText()));
        return new ClusterPasswords(
                Secret.of(lines.getProperty("superuser", "")),
                Secret.of(lines.getProperty("owner", "")),
                Secret.of(lines.getProperty("runtime", "")));
    }
}
