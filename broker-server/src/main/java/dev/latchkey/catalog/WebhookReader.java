package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.WebhookScheme;
import dev.latchkey.catalog.entry.WebhookScheme.Signature;
import dev.latchkey.problem.BrokerException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads and judges the member {@code webhook} of a row that the schema has accepted. */
final class WebhookReader {

    /** Echoed by name, so none that means something in an answer of ours. */
    private static final String ECHOED = "x-";

    private WebhookReader() {}

    static Optional<WebhookScheme> read(JsonNode node) {
        if (!node.isObject()) {
            return Optional.empty();
        }
        Optional<Signature> signature = text(node, "signature_header")
                .map(header -> new Signature(
                        header, node.path("secret").asText(), text(node, "id_header"), text(node, "timestamp_header")));
        return Optional.of(new WebhookScheme(text(node, "challenge_header"), signature));
    }

    /** What is wrong with it in its row. */
    static Optional<BrokerException> violation(CatalogEntry row) {
        return row.webhook().flatMap(scheme -> violation(row, scheme));
    }

    private static Optional<BrokerException> violation(CatalogEntry row, WebhookScheme scheme) {
        if (scheme.challengeHeader()
                .filter(name -> !name.toLowerCase(Locale.ROOT).startsWith(ECHOED))
                .isPresent()) {
            return Optional.of(BrokerException.invalid("/webhook/challenge_header", "must begin with X-"));
        }
        if (scheme.signature()
                .filter(it -> !row.credentialFields().contains(it.credential()))
                .isPresent()) {
            return Optional.of(BrokerException.invalid("/webhook/secret", "is no credential of the row"));
        }
        Set<String> distinct =
                headers(scheme).map(it -> it.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        return distinct.size() == headers(scheme).count()
                ? Optional.empty()
                : Optional.of(BrokerException.invalid("/webhook", "names a header field twice"));
    }

    private static Stream<String> headers(WebhookScheme scheme) {
        return Stream.concat(
                scheme.challengeHeader().stream(),
                scheme.signature().stream()
                        .flatMap(it -> Stream.of(Optional.of(it.header()), it.idHeader(), it.timestampHeader())
                                .flatMap(Optional::stream)));
    }

    private static Optional<String> text(JsonNode node, String member) {
        return Optional.ofNullable(node.path(member).textValue());
    }
}
