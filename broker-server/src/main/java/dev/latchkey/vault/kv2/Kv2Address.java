package dev.latchkey.vault.kv2;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The checks of what the operator wrote, and the one client that follows from it. Each refusal names its key. */
final class Kv2Address {

    private static final Pattern PLACE = Pattern.compile("[a-zA-Z0-9_-]{1,64}(?:/[a-zA-Z0-9_-]{1,64}){0,7}");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|\\[::1]|127(?:\\.[0-9]{1,3}){3}");

    private Kv2Address() {}

    static URI checked(Kv2Config config) {
        URI address =
                config.address().orElseThrow(() -> new IllegalStateException("latchkey.vault.kv2.address is not set"));
        require(isOrigin(address), "address must be https://host:port, without path, user or query");
        boolean plain = "http".equals(address.getScheme());
        require(plain || "https".equals(address.getScheme()), "address must begin with https");
        require(
                !plain || LOOPBACK.matcher(address.getHost()).matches() || config.allowPlainHttp(),
                "address is http and not loopback: secrets would travel in the clear"
                        + " (latchkey.vault.kv2.allow-plain-http permits it)");
        require(PLACE.matcher(config.mount()).matches(), "mount must be names separated by slashes");
        require(PLACE.matcher(config.loginMount()).matches(), "login-mount must be names separated by slashes");
        require(PLACE.matcher(config.role()).matches(), "role must be a name");
        require(
                config.namespace().map(name -> PLACE.matcher(name).matches()).orElse(true),
                "namespace must be names separated by slashes");
        require(!config.timeout().isNegative() && !config.timeout().isZero(), "timeout must be longer than nothing");
        require(config.calls() > 0, "calls must be at least 1");
        // The driver turns bytes into text and back by the default; another one would change secrets silently.
        if (!Charset.defaultCharset().equals(StandardCharsets.UTF_8)) {
            throw new IllegalStateException("Java's default charset must be UTF-8 (-Dfile.encoding=UTF-8)");
        }
        return URI.create(address.getScheme() + "://" + address.getRawAuthority());
    }

    /** HTTP/1.1: a proxy in between may not know better. No redirect is followed: it would take the token along. */
    static HttpClient client(Kv2Config config) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.timeout());
        config.caFile().map(Kv2Address::trusting).ifPresent(builder::sslContext);
        return builder.build();
    }

    private static SSLContext trusting(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("ca-" + number++, certificate);
            }
            require(number > 0, "ca-file holds no certificate");
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("latchkey.vault.kv2.ca-file cannot be read", e);
        }
    }

    private static boolean isOrigin(URI address) {
        String path = address.getRawPath();
        return address.getHost() != null
                && address.getRawUserInfo() == null
                && address.getRawQuery() == null
                && address.getRawFragment() == null
                && (path == null || path.isEmpty() || path.equals("/"));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException("latchkey.vault.kv2." + message);
        }
    }
}
