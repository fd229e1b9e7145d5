package dev.latchkey.catalog;

import dev.latchkey.problem.ProblemType;

/** A catalog file that cannot be used. Its message names the file and the place, for the log of an operator. */
public final class CatalogFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ProblemType type;
    private final String file;

    CatalogFileException(String file, String place, String reason) {
        this(ProblemType.INVALID_REQUEST, file, place, reason);
    }

    CatalogFileException(ProblemType type, String file, String place, String reason) {
        super("catalog file " + file + ", " + place + ": " + reason);
        this.type = type;
        this.file = file;
    }

    /** Which problem a caller would see if the same came as a setting. */
    public ProblemType type() {
        return type;
    }

    /** The file's name. */
    public String file() {
        return file;
    }
}
