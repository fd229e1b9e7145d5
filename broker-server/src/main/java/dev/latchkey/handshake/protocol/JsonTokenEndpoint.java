package dev.latchkey.handshake.protocol;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.TokenAnswer;
import dev.latchkey.handshake.protocol.answer.TokenAnswerReader;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Asks a partner for tokens by a JSON object, where it does not take the form of RFC 6749: one attempt. Thread-safe. */
@ApplicationScoped
class JsonTokenEndpoint {

    private final PartnerHttp http;
    private final TokenAnswerReader reader;

    JsonTokenEndpoint(PartnerHttp http, TokenAnswerReader reader) {
        this.http = http;
        this.reader = reader;
    }

    /** Sends the members to one of the partner's addresses, and says what the answer means. */
    TokenAnswer ask(HandshakeContext context, EndpointName endpoint, Map<String, Secret> members) {
        Map<String, String> headers =
                new LinkedHashMap<>(context.partner().profile().headers());
        headers.put("Accept", "application/json");
        headers.put("Content-Type", "application/json");
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        members.forEach((name, value) -> body.put(name, value.reveal(Purpose.SEND_TO_PARTNER)));
        PartnerRequest request = new PartnerRequest(
                "POST",
                context.metadata().endpoints().require(endpoint),
                headers,
                body.toString().getBytes(StandardCharsets.UTF_8));
        try {
            return reader.read(http.send(request.to(context.partner().recipient())), context);
        } catch (PartnerCallException e) {
            return new TokenAnswer.Unusable(e.toProblem(), e.sent());
        }
    }
}
