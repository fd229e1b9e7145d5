package dev.latchkey.oauth1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import oauth.signpost.AbstractOAuthConsumer;
import oauth.signpost.http.HttpParameters;
import oauth.signpost.http.HttpRequest;
import oauth.signpost.signature.HmacSha1MessageSigner;
import oauth.signpost.signature.HmacSha256MessageSigner;
import oauth.signpost.signature.OAuthMessageSigner;
import oauth.signpost.signature.PlainTextMessageSigner;
import oauth.signpost.signature.SignatureBaseString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Ours against a library that none of us wrote, on requests that are made up by a seed. */
class SecondImplementationTest {

    private static final int REQUESTS = 1000;
    private static final String[] PIECES = {
        "a", "Z", "0", " ", "+", "%", "&", "=", "~", "*", "'", "(", "!", "/", "?", "#", "@", ":", ";", ",", "\"", "\\",
        "<", "{", "|", "^", "`", "\u0000", "\n", "\u007f", "ä", "ß", "é", "€", "漢", "😀", "%20", "%2B", "-", ".", "_"
    };
    private static final Set<SignatureMethod> METHODS =
            Set.of(SignatureMethod.HMAC_SHA1, SignatureMethod.HMAC_SHA256, SignatureMethod.PLAINTEXT);

    private final RequestSignature ours =
            new RequestSignature(new Stamps(Clock.systemUTC(), new SecretGenerator(new SecureRandom())));

    @Test
    @DisplayName("R92 makes the same base strings and signatures as a second implementation, over 1,000 requests")
    void agree() throws Exception {
        Map<String, Integer> seen = new HashMap<>();
        for (int seed = 0; seed < REQUESTS; seed++) {
            Random random = new Random(seed);
            PartnerRequest bare = request(random);
            String[] secrets = {text(random, 12), text(random, 12), text(random, 12), text(random, 12)};
            ParameterPlace place = ParameterPlace.values()[random.nextInt(2)];
            for (SignatureMethod method : METHODS) {
                PartnerRequest signed = ours.sign(
                        "p",
                        new Dialect(method, place, Map.of(), Optional.empty(), Set.of()),
                        signatory(secrets),
                        Map.of(),
                        bare);
                Map<String, String> protocol = protocol(place, bare, signed);
                Theirs theirs = theirs(method, secrets, protocol, bare);

                assertThat(protocol.get("oauth_signature"))
                        .as("seed %s %s %s", seed, method, bare)
                        .isEqualTo(theirs.signature());
                assertThat(base(bare, protocol)).as("seed %s", seed).isEqualTo(theirs.base());
                seen.merge(method + " " + place + " " + FormBody.isDeclared(bare), 1, Integer::sum);
            }
        }
        assertThat(seen).as("every combination came up").hasSize(12);
    }

    private static Signatory signatory(String[] secrets) {
        return new Signatory(
                        Secret.of(secrets[0]), Optional.of(Secret.of(secrets[1])), Optional.empty(), Optional.empty())
                .with(Secret.of(secrets[2]), Secret.of(secrets[3]));
    }

    /** Names may come again, but never with the same value: theirs is a set, and drops the second. */
    private static PartnerRequest request(Random random) {
        String scheme = random.nextBoolean() ? "https" : "HTTPS";
        String[] hosts = {"api.example", "API.Example:443", "127.0.0.1:8600", "a.b.example:80", "[::1]:9"};
        String[] paths = {"", "/", "/a/b", "/a%20b/%C3%A4", "/a//b/", "/x;y=1/~z", "/a%2Fb"};
        String query = pairs(random);
        String address = scheme + "://" + hosts[random.nextInt(hosts.length)] + paths[random.nextInt(paths.length)]
                + (query.isEmpty() ? "" : "?" + query);
        boolean form = random.nextBoolean();
        Map<String, String> headers =
                form ? Map.of("Content-Type", "application/x-www-form-urlencoded") : Map.of("Accept", "*/*");
        byte[] body = (form ? pairs(random) : "").getBytes(StandardCharsets.US_ASCII);
        String method = form ? "POST" : List.of("GET", "DELETE", "PUT").get(random.nextInt(3));
        return new PartnerRequest(method, URI.create(address), headers, body);
    }

    private static String pairs(Random random) {
        Set<List<String>> pairs = new java.util.LinkedHashSet<>();
        List<String> names = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            String name = names.isEmpty() || random.nextInt(3) > 0 ? text(random, 4) : names.getFirst();
            names.add(name);
            pairs.add(List.of(name, random.nextInt(4) == 0 ? "" : text(random, 8)));
        }
        return pairs.stream()
                .map(pair -> written(random, pair.get(0)) + "=" + written(random, pair.get(1)))
                .collect(Collectors.joining("&"));
    }

    private static String text(Random random, int longest) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(longest) + 1; i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    /** As an app may write it: more encoded than needed, lower-case hex, a plus for a space. */
    private static String written(Random random, String text) {
        StringBuilder written = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = each >= '0' && Character.isLetterOrDigit(each) || "-._~".indexOf(each) >= 0;
            if (each == ' ' && random.nextBoolean()) {
                written.append('+');
            } else if (plain && each > 0 && random.nextInt(5) > 0) {
                written.append((char) each);
            } else {
                written.append(String.format(random.nextBoolean() ? "%%%02X" : "%%%02x", each));
            }
        }
        return written.toString();
    }

    /** What we added, read from where it was put. */
    private static Map<String, String> protocol(ParameterPlace place, PartnerRequest bare, PartnerRequest signed) {
        Map<String, String> protocol = new LinkedHashMap<>();
        if (place == ParameterPlace.HEADER) {
            assertThat(signed.uri()).isEqualTo(bare.uri());
            String header = signed.headers().getOrDefault("Authorization", "");
            assertThat(header).startsWith("OAuth ");
            for (String item : header.substring(6).split(", ")) {
                String[] parts = item.split("=", 2);
                add(protocol, parts[0], parts[1].substring(1, parts[1].length() - 1));
            }
        } else {
            assertThat(signed.uri().toString()).startsWith(bare.uri().toString());
            String added =
                    signed.uri().toString().substring(bare.uri().toString().length() + 1);
            for (String item : added.split("&")) {
                String[] parts = item.split("=", 2);
                add(protocol, parts[0], parts[1]);
            }
        }
        assertThat(signed.body()).isEqualTo(bare.body());
        return protocol;
    }

    private static void add(Map<String, String> protocol, String name, String value) {
        protocol.put(name, java.net.URLDecoder.decode(value, StandardCharsets.UTF_8));
    }

    private static String base(PartnerRequest bare, Map<String, String> protocol) {
        List<Parameter> all = new ArrayList<>();
        Optional.ofNullable(bare.uri().getRawQuery()).ifPresent(query -> all.addAll(FormText.parse(query)));
        FormBody.of(bare).ifPresent(form -> all.addAll(FormText.parse(form)));
        protocol.forEach((name, value) -> {
            if (!name.equals("oauth_signature")) {
                all.add(new Parameter(name, value));
            }
        });
        return BaseString.of(bare.method(), bare.uri(), all);
    }

    private record Theirs(String base, String signature) {}

    private static Theirs theirs(
            SignatureMethod method, String[] secrets, Map<String, String> protocol, PartnerRequest bare)
            throws Exception {
        Recorder recorder = new Recorder(
                switch (method) {
                    case HMAC_SHA1 -> new HmacSha1MessageSigner();
                    case HMAC_SHA256 -> new HmacSha256MessageSigner();
                    default -> new PlainTextMessageSigner();
                });
        AbstractOAuthConsumer consumer = new Consumer(secrets[0], secrets[1]);
        consumer.setMessageSigner(recorder);
        consumer.setTokenWithSecret(secrets[2], secrets[3]);
        HttpParameters same = new HttpParameters();
        same.put("oauth_nonce", protocol.get("oauth_nonce"), true);
        same.put("oauth_timestamp", protocol.get("oauth_timestamp"), true);
        consumer.setAdditionalParameters(same);
        consumer.sign(new Adapter(bare));
        return new Theirs(recorder.base, recorder.signature);
    }

    private static final class Consumer extends AbstractOAuthConsumer {
        private static final long serialVersionUID = 1L;

        private Consumer(String key, String secret) {
            super(key, secret);
        }

        @Override
        protected HttpRequest wrap(Object request) {
            return (HttpRequest) request;
        }
    }

    /** Notes what another signer signs, and how. */
    private static final class Recorder extends OAuthMessageSigner {
        private static final long serialVersionUID = 1L;

        private final OAuthMessageSigner signer;
        private String base = "";
        private String signature = "";

        private Recorder(OAuthMessageSigner signer) {
            this.signer = signer;
        }

        @Override
        public String getSignatureMethod() {
            return signer.getSignatureMethod();
        }

        @Override
        public void setConsumerSecret(String secret) {
            signer.setConsumerSecret(secret);
        }

        @Override
        public void setTokenSecret(String secret) {
            signer.setTokenSecret(secret);
        }

        @Override
        public String sign(HttpRequest request, HttpParameters parameters)
                throws oauth.signpost.exception.OAuthMessageSignerException {
            base = new SignatureBaseString(request, parameters).generate();
            signature = signer.sign(request, parameters);
            return signature;
        }
    }

    private record Adapter(PartnerRequest request) implements HttpRequest {

        @Override
        public String getMethod() {
            return request.method();
        }

        @Override
        public String getRequestUrl() {
            return request.uri().toString();
        }

        @Override
        public void setRequestUrl(String url) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setHeader(String name, String value) {}

        @Override
        public @Nullable String getHeader(String name) {
            return request.headers().get(name);
        }

        @Override
        public Map<String, String> getAllHeaders() {
            return request.headers();
        }

        @Override
        public InputStream getMessagePayload() {
            return new ByteArrayInputStream(request.body());
        }

        @Override
        public @Nullable String getContentType() {
            return request.headers().get("Content-Type");
        }

        @Override
        public Object unwrap() {
            return request;
        }
    }
}
