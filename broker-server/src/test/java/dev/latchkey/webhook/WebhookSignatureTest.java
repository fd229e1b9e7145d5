package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.webhook.Hooked.Reply;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(WebhookStack.class)
class WebhookSignatureTest {

    private static final String BODY = "{\"type\":\"trade.started\",\"n\":1.0,\"n\":1}\r\n";

    @Inject
    DataSource database;

    @Inject
    CredentialVault vault;

    @Inject
    SeenMessages seen;

    @Test
    @DisplayName("R122 the raw bytes are what is signed: nothing that reads the same passes in their place")
    void checksTheRawBytes() throws IOException {
        Hooked hooked = Hooked.noones();
        String signature = Hooked.SIGNATURE + ": " + hooked.sign(BODY);

        List<byte[]> alike = List.of(
                Hooked.bytes("{\"type\":\"trade.started\",\"n\":1}"),
                Hooked.bytes("\ufeff" + BODY),
                Hooked.bytes(BODY.replace("\r\n", "\n")),
                Hooked.bytes(BODY.strip()),
                Hooked.bytes(BODY + " "),
                Hooked.bytes(BODY.replace("\"n\":1.0,", "")),
                Hooked.bytes(BODY.replace("trade", "\\u0074rade")),
                new byte[0]);
        assertThat(alike)
                .allSatisfy(
                        body -> assertThat(hooked.post(body, signature)).satisfies(WebhookSignatureTest::isRefused));
        assertThat(hooked.post(gzipped(BODY), signature, "Content-Encoding: gzip")
                        .status())
                .isEqualTo(415);
        assertThat(hooked.post(gzipped(BODY), signature)).satisfies(WebhookSignatureTest::isRefused);
        assertThat(messages(hooked)).isZero();

        assertThat(hooked.send(BODY).status()).isEqualTo(200);
        assertThat(messages(hooked)).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "R122 what is signed is taken whatever it is, JSON or not; what is not signed is not even read as JSON")
    void parsesOnlyWhatIsSigned() {
        Hooked hooked = Hooked.noones();
        String hostile = "[".repeat(60_000);

        assertThat(hooked.post(Hooked.bytes(hostile), Hooked.SIGNATURE + ": " + "0".repeat(64)))
                .satisfies(WebhookSignatureTest::isRefused);
        assertThat(hooked.send(hostile).status()).isEqualTo(200);
        assertThat(hooked.send("").status()).isEqualTo(400);
        assertThat(messages(hooked)).isEqualTo(1);
    }

    @Test
    @DisplayName("R122 takes the raw bytes whatever media type they are said to be of")
    void takesAnyMediaType() {
        Hooked hooked = Hooked.noones();
        int n = 0;
        for (String type : List.of(
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain",
                "application/vnd.noones+json",
                "application/octet-stream")) {
            String body = "a=%62&n=" + n++;
            assertThat(hooked.typed(type, body).status()).as(type).isEqualTo(200);
        }
        assertThat(messages(hooked)).isEqualTo(n);
    }

    @Test
    @DisplayName("R123 a bad signature is refused, and each as every other")
    void refusesBadSignatures() {
        Hooked hooked = Hooked.noones();
        Hooked other = Hooked.noones();
        String right = hooked.sign(BODY);
        byte[] mac = HexFormat.of().parseHex(right);
        List<List<String>> bad = new ArrayList<>();
        bad.add(List.of());
        for (String value : List.of(
                "",
                "0",
                right.substring(1),
                right.substring(0, 63),
                right + "0",
                right + " 0",
                "0".repeat(64),
                right.toUpperCase(Locale.ROOT),
                Base64.getEncoder().encodeToString(mac),
                Base64.getUrlEncoder().withoutPadding().encodeToString(mac),
                "sha256=" + right,
                "v1," + right,
                "\"" + right + "\"",
                right.replace(right.charAt(0), '\u00e4'),
                "\u00ff".repeat(64),
                "x".repeat(8000),
                right + "," + right,
                other.sign(BODY),
                Hooked.hmac("another secret", Hooked.bytes(BODY)))) {
            bad.add(List.of(Hooked.SIGNATURE + ": " + value));
        }
        bad.add(List.of(Hooked.SIGNATURE + ": " + right, Hooked.SIGNATURE + ": " + right));
        bad.add(List.of(Hooked.SIGNATURE + ": " + right, "x-noones-signature: 0"));
        bad.add(List.of("X-Signature: " + right));
        bad.add(List.of("X-Noones-Request-Challenge: abc"));

        List<Reply> replies = bad.stream()
                .map(lines -> hooked.post(Hooked.bytes(BODY), lines.toArray(String[]::new)))
                .toList();

        assertThat(replies).allSatisfy(WebhookSignatureTest::isRefused);
        assertThat(replies.stream().map(Reply::lasting).distinct()).hasSize(1);
        assertThat(messages(hooked)).isZero();
        assertThat(hooked.post(Hooked.bytes(BODY), Hooked.SIGNATURE + ": " + right)
                        .status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("R123 a signature for one registration is none for another")
    void separatesTenants() {
        Hooked one = Hooked.noones();
        Hooked two = Hooked.noones();
        String signature = Hooked.SIGNATURE + ": " + one.sign(BODY);

        assertThat(Hooked.postTo(two.path(), Hooked.bytes(BODY), signature)).satisfies(WebhookSignatureTest::isRefused);
        assertThat(Hooked.postTo(one.path(), Hooked.bytes(BODY), signature).status())
                .isEqualTo(200);
    }

    @Test
    @DisplayName("R124 the same message a second time is answered and not taken, for two days, and ten at once are one")
    void takesAMessageOnce() throws Exception {
        Hooked hooked = Hooked.noones();
        assertThat(hooked.send(BODY).status()).isEqualTo(200);
        assertThat(hooked.send(BODY).status()).isEqualTo(200);
        assertThat(messages(hooked)).isEqualTo(1);
        List<Integer> statuses =
                AtOnce.run(10, () -> hooked.send("{\"at\":\"once\"}").status());
        assertThat(statuses).hasSize(10).containsOnly(200);
        assertThat(messages(hooked)).isEqualTo(2);

        BrokerTables tables = new BrokerTables(database);
        tables.change(
                "update webhook_seen set seen_at = now() - interval '24 hours' where partner = ?", hooked.partner());
        seen.forgetOlderThan(SeenMessagesJob.REMEMBERED);
        assertThat(hooked.send(BODY).status()).isEqualTo(200);
        assertThat(messages(hooked)).isEqualTo(2);
        tables.change(
                "update webhook_seen set seen_at = now() - interval '49 hours' where partner = ?", hooked.partner());
        seen.forgetOlderThan(SeenMessagesJob.REMEMBERED);
        assertThat(tables.texts("select 1 from webhook_seen where partner = ?", hooked.partner()))
                .isEmpty();
    }

    @Test
    @DisplayName(
            "R124 where the partner signs id and time: stale, unsigned and missing ones are refused, an id counts once")
    void checksIdAndTime() {
        Hooked hooked = Hooked.timed();
        Instant now = Instant.now();

        assertThat(timed(hooked, "a", now.minus(Duration.ofMinutes(6)), "{}"))
                .satisfies(WebhookSignatureTest::isRefused);
        assertThat(timed(hooked, "a", now.plus(Duration.ofMinutes(6)), "{}"))
                .satisfies(WebhookSignatureTest::isRefused);
        assertThat(timed(hooked, "b", now.minus(Duration.ofMinutes(4)), "{}").status())
                .isEqualTo(200);
        assertThat(timed(hooked, "b", now, "{\"other\":1}").status()).isEqualTo(200);
        assertThat(timed(hooked, "c", now.plus(Duration.ofMinutes(4)), "{}").status())
                .isEqualTo(200);
        assertThat(messages(hooked)).isEqualTo(2);

        String time = Long.toString(now.getEpochSecond());
        byte[] body = Hooked.bytes("{}");
        String all = "X-Timed-Signature: " + Hooked.hmac(hooked.secret(), Hooked.bytes("d." + time + ".{}"));
        String bare = "X-Timed-Signature: " + Hooked.hmac(hooked.secret(), body);
        String id = "X-Timed-Id: d";
        assertThat(List.of(
                        hooked.post(body, all, id),
                        hooked.post(body, all, "X-Timed-Time: " + time),
                        hooked.post(body, bare, id, "X-Timed-Time: " + time),
                        hooked.post(body, all, id, "X-Timed-Time: " + time + "0"),
                        hooked.post(body, all, id, "X-Timed-Time: " + (Long.parseLong(time) + 1)),
                        hooked.post(body, all, id, "X-Timed-Time: 99999999999999999999"),
                        hooked.post(body, all, id, "X-Timed-Time: -1"),
                        hooked.post(body, all, id, id, "X-Timed-Time: " + time),
                        hooked.post(body, all, "X-Timed-Id: e", "X-Timed-Time: " + time),
                        hooked.post(body, all, "X-Timed-Id: ", "X-Timed-Time: " + time)))
                .allSatisfy(WebhookSignatureTest::isRefused);
        assertThat(hooked.post(body, all, id, "X-Timed-Time: " + time).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("R125 the old secret counts beside the new one for a bounded time, and then no more")
    void letsTheOldSecretEnd() throws Exception {
        Hooked hooked = Hooked.noones();
        String old = hooked.secret();
        String fresh = "fresh-" + UUID.randomUUID();
        hooked.change("api_secret", fresh).expect(200);
        VaultPath path = VaultPath.formerWebhookSecret(hooked.partner());

        assertThat(signedWith(hooked, old, "{\"n\":1}").status()).isEqualTo(200);
        assertThat(signedWith(hooked, fresh, "{\"n\":2}").status()).isEqualTo(200);
        StoredRecord kept = vault.read(path).orElseThrow();
        Instant end =
                Instant.parse(kept.fields().get("ends_at").orElseThrow().reveal(dev.latchkey.secret.Purpose.STORE));
        assertThat(Duration.between(Instant.now(), end)).isBetween(Duration.ofHours(23), Duration.ofHours(24));

        // a change of something else does not bring the old one a second life
        hooked.change("api_key", "another").expect(200);
        assertThat(vault.read(path).orElseThrow().version()).isEqualTo(kept.version());
        SecretFields over =
                kept.fields().with("ends_at", Secret.of(Instant.now().toString()));
        vault.write(path, over, kept.version());

        assertThat(signedWith(hooked, old, "{\"n\":3}")).satisfies(WebhookSignatureTest::isRefused);
        assertThat(signedWith(hooked, fresh, "{\"n\":4}").status()).isEqualTo(200);
        hooked.admin().delete("/partners/" + hooked.partner()).expect(204);
        assertThat(vault.read(path)).isEmpty();
    }

    @Test
    @DisplayName("R123 what is refused and repeated is audited, and a flood of it does not fill the log")
    void auditsWithinBounds() {
        Hooked hooked = Hooked.noones();
        hooked.send(BODY);
        for (int i = 0; i < 30; i++) {
            hooked.post(Hooked.bytes(BODY), Hooked.SIGNATURE + ": 0");
            hooked.send(BODY);
        }

        List<String> rows = new BrokerTables(database)
                .texts(
                        "select actor_type || ' ' || actor || ' ' || action || ' ' || outcome || coalesce(' ' || code, '')"
                                + " from audit_event where partner = ? and action like 'webhook%' order by seq",
                        hooked.partner());
        assertThat(rows)
                .hasSizeBetween(2, 1 + 2 * 10)
                .startsWith("partner " + hooked.partner() + " webhook_accepted success")
                .contains(
                        "partner " + hooked.partner() + " webhook_refused denied invalid_signature",
                        "partner " + hooked.partner() + " webhook_repeated success");
    }

    private static Reply signedWith(Hooked hooked, String secret, String body) {
        return hooked.post(Hooked.bytes(body), Hooked.SIGNATURE + ": " + Hooked.hmac(secret, Hooked.bytes(body)));
    }

    private static Reply timed(Hooked hooked, String id, Instant at, String body) {
        String time = Long.toString(at.getEpochSecond());
        return hooked.post(
                Hooked.bytes(body),
                "X-Timed-Id: " + id,
                "X-Timed-Time: " + time,
                "X-Timed-Signature: " + Hooked.hmac(hooked.secret(), Hooked.bytes(id + "." + time + "." + body)));
    }

    private static void isRefused(Reply reply) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.code()).isEqualTo("invalid_signature");
    }

    /** How many messages were accepted. */
    private int messages(Hooked hooked) {
        return Integer.parseInt(new BrokerTables(database)
                .texts(
                        "select count(*) from audit_event where partner = ? and action = 'webhook_accepted'",
                        hooked.partner())
                .getFirst());
    }

    private static byte[] gzipped(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }
}
