package dev.latchkey.boot;

import dev.latchkey.secret.OwnerOnlyFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The broker's folder ({@code latchkey.data}), held by one process at a time; the lock dies with its process. */
final class DataFolder implements AutoCloseable {

    private final Path path;
    private final FileChannel lockFile;

    private DataFolder(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Makes the folder if it is not there and takes it; {@link InUseException} if another broker has it. */
    static DataFolder take(Path folder) throws IOException {
        Path path = OwnerOnlyFile.folder(folder.toAbsolutePath().normalize());
        FileChannel channel = FileChannel.open(
                path.resolve("latchkey.lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        if (tryLock(channel) == null) {
            channel.close();
            throw new InUseException();
        }
        return new DataFolder(path, channel);
    }

    Path path() {
        return path;
    }

    /** Lets the next broker in. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Another broker has the folder. */
    static final class InUseException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        InUseException() {
            super("another broker is running on the data folder");
        }
    }
}
