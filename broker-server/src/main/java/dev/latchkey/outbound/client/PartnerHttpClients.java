package dev.latchkey.outbound.client;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.guard.VettedDnsResolver;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.ssl.TLS;
import org.apache.hc.core5.util.Timeout;

/** Builds the HTTP client with every convenience that could surprise a partner switched off. */
final class PartnerHttpClients {

    private static final int MOST_CONNECTIONS = 4096;
    private static final int MOST_CONNECTIONS_PER_PARTNER = 1024;
    private static final int MOST_HEADERS = 100;
    private static final int LONGEST_HEADER_LINE = 16 * 1024;

    private PartnerHttpClients() {}

    /**
     * A client that sends once: no redirects, retries, cookies, compression, proxies, kept connections.
     *
     * @param silence the longest time that a partner may send nothing
     */
    static CloseableHttpClient create(
            OutboundConfig config, Duration silence, VettedDnsResolver resolver, SSLContext tls) {
        return HttpClients.custom()
                .setConnectionManager(connections(config, silence, resolver, tls))
                .setRequestExecutor(new MarkingRequestExecutor())
                // named explicitly: neither a system property nor the environment sends secrets through a proxy
                .setRoutePlanner(new DefaultRoutePlanner(null))
                .setConnectionReuseStrategy((request, response, context) -> false)
                .setDefaultRequestConfig(requests(config, silence))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableConnectionState()
                .disableDefaultUserAgent()
                .build();
    }

    private static RequestConfig requests(OutboundConfig config, Duration silence) {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(config.connectTimeout()))
                .setResponseTimeout(Timeout.of(silence))
                .setAuthenticationEnabled(false)
                .setRedirectsEnabled(false)
                .setExpectContinueEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .setContentCompressionEnabled(false)
                .build();
    }

    private static PoolingHttpClientConnectionManager connections(
            OutboundConfig config, Duration silence, VettedDnsResolver resolver, SSLContext tls) {
        Timeout connect = Timeout.of(config.connectTimeout());
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(resolver)
                .setMaxConnTotal(MOST_CONNECTIONS)
                .setMaxConnPerRoute(MOST_CONNECTIONS_PER_PARTNER)
                .setConnectionFactory(parser())
                .setDefaultSocketConfig(
                        SocketConfig.custom().setSoTimeout(connect).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connect)
                        .setSocketTimeout(Timeout.of(silence))
                        .build())
                .setDefaultTlsConfig(
                        TlsConfig.custom().setHandshakeTimeout(connect).build())
                .setTlsSocketStrategy(ClientTlsStrategyBuilder.create()
                        .setSslContext(tls)
                        .setTlsVersions(TLS.V_1_3, TLS.V_1_2)
                        .setHostVerificationPolicy(HostnameVerificationPolicy.BOTH)
                        .buildClassic())
                .build();
    }

    /** The strict parser: the client's own one skips lines that are not HTTP. */
    private static ManagedHttpClientConnectionFactory parser() {
        Http1Config limits = Http1Config.custom()
                .setMaxHeaderCount(MOST_HEADERS)
                .setMaxLineLength(LONGEST_HEADER_LINE)
                .setMaxEmptyLineCount(1)
                .build();
        return ManagedHttpClientConnectionFactory.builder()
                .http1Config(limits)
                .responseParserFactory(new DefaultHttpResponseParserFactory(limits))
                .build();
    }
}
