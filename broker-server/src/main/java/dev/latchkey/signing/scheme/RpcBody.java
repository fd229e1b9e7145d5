package dev.latchkey.signing.scheme;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.latchkey.problem.BrokerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A JSON-RPC 2.0 call or batch: which methods it calls, and where each call takes further parameters. Everything else of
 * the text stays as the app wrote it, to the character. Immutable.
 *
 * @param text the whole body
 * @param calls in their order
 */
record RpcBody(String text, List<Call> calls) {

    private static final Set<String> MEMBERS = Set.of("jsonrpc", "method", "params", "id");
    private static final Set<JsonToken> ID = EnumSet.of(
            JsonToken.VALUE_STRING, JsonToken.VALUE_NUMBER_INT, JsonToken.VALUE_NUMBER_FLOAT, JsonToken.VALUE_NULL);
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9_.-]{1,100}");
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(50).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    /** A call; {@code before} and {@code after} surround what is put in at {@code at}. */
    record Call(String method, int at, String before, String after) {}

    RpcBody {
        calls = List.copyOf(calls);
    }

    /**
     * Reads a body; {@code invalid_request} if it is anything but one call or a batch of 1 to {@code most}, and if a call
     * has a parameter of a reserved name already.
     */
    static RpcBody read(byte[] body, Set<String> reserved, int most) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            try (JsonParser json = JSON.createParser(text)) {
                List<Call> calls = calls(json, reserved);
                if (json.nextToken() != null || calls.isEmpty() || calls.size() > most) {
                    throw invalid("One call, or a batch of 1 to " + most + " calls, is expected.");
                }
                return new RpcBody(text, calls);
            }
        } catch (IOException e) {
            throw invalid("The body is no JSON in UTF-8, or has more than one meaning.");
        }
    }

    /** The body with these members, JSON text without braces, in front of the parameters of the calls, in order. */
    byte[] completed(List<String> members) {
        StringBuilder whole = new StringBuilder(text.length() + 200 * calls.size());
        int done = 0;
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            whole.append(text, done, call.at()).append(call.before()).append(members.get(i));
            whole.append(call.after());
            done = call.at();
        }
        return whole.append(text, done, text.length()).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<Call> calls(JsonParser json, Set<String> reserved) throws IOException {
        List<Call> calls = new ArrayList<>();
        JsonToken first = json.nextToken();
        if (first == JsonToken.START_OBJECT) {
            calls.add(call(json, reserved));
        } else if (first == JsonToken.START_ARRAY) {
            while (json.nextToken() == JsonToken.START_OBJECT) {
                calls.add(call(json, reserved));
            }
            require(json.currentToken() == JsonToken.END_ARRAY, "A batch holds calls only.");
        }
        return calls;
    }

    private static Call call(JsonParser json, Set<String> reserved) throws IOException {
        String version = "";
        String method = "";
        Call params = new Call("", -1, "", "");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "jsonrpc" -> version = text(json, value);
                case "method" -> method = text(json, value);
                case "params" -> params = params(json, value, reserved);
                case "id" -> require(ID.contains(value), "An id is a string, a number or null.");
                default -> {
                    require(!like(MEMBERS, name), "A member's name is spelt wrongly.");
                    json.skipChildren();
                }
            }
        }
        require(version.equals("2.0"), "Each call says jsonrpc 2.0.");
        require(METHOD.matcher(method).matches(), "Each call has a method of plain letters.");
        return params.at() >= 0
                ? new Call(method, params.at(), params.before(), params.after())
                : new Call(method, offset(json), ",\"params\":{", "}");
    }

    /** Where the parameters begin. By name only: the partner's own could not be added to a list. */
    private static Call params(JsonParser json, JsonToken value, Set<String> reserved) throws IOException {
        require(value == JsonToken.START_OBJECT, "The params are an object.");
        int at = offset(json) + 1;
        String after = "";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            after = ",";
            require(
                    !like(reserved, json.currentName()),
                    "The key, the nonce and the signature are added by the broker.");
            json.nextToken();
            json.skipChildren();
        }
        return new Call("", at, "", after);
    }

    /** Where the present token begins. */
    private static int offset(JsonParser json) {
        return Math.toIntExact(json.currentTokenLocation().getCharOffset());
    }

    private static String text(JsonParser json, JsonToken value) throws IOException {
        require(value == JsonToken.VALUE_STRING, "The version and the method are strings.");
        return json.getText();
    }

    /** Some readers of JSON do not look at the case of names. */
    private static boolean like(Set<String> names, String name) {
        return names.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw invalid(otherwise);
        }
    }

    private static BrokerException invalid(String detail) {
        return BrokerException.invalid("/body", detail);
    }
}
