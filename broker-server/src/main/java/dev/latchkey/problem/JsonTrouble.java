package dev.latchkey.problem;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.regex.Pattern;

/** Says what is wrong with a JSON body without repeating anything of it. */
final class JsonTrouble {

    /** A member name that may be repeated: the form of our own names, too short and too plain for a secret. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[a-z][a-z_]{0,31}");

    private JsonTrouble() {}

    static BrokerException toProblem(JacksonException trouble) {
        return BrokerException.invalid(pointer(trouble), sentence(trouble));
    }

    private static String sentence(JacksonException trouble) {
        if (trouble instanceof UnrecognizedPropertyException) {
            return "This member is not known here.";
        }
        if (trouble instanceof StreamConstraintsException) {
            return "The JSON is nested too deeply or a value in it is too long.";
        }
        return trouble instanceof JsonMappingException mapping
                        && !mapping.getPath().isEmpty()
                ? "The value is not of the type or form that is wanted here."
                : "The body is not the JSON that is wanted here.";
    }

    /** RFC 6901, as far as the names are plain. */
    private static String pointer(JacksonException trouble) {
        StringBuilder pointer = new StringBuilder();
        if (trouble instanceof JsonMappingException mapping) {
            for (JsonMappingException.Reference step : mapping.getPath()) {
                String name = step.getFieldName();
                if (name == null) {
                    pointer.append('/').append(Math.max(0, step.getIndex()));
                } else if (PLAIN_NAME.matcher(name).matches()) {
                    pointer.append('/').append(name);
                } else {
                    break;
                }
            }
        }
        return pointer.toString();
    }
}
