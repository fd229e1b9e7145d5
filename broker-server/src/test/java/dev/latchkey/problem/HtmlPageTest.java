package dev.latchkey.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class HtmlPageTest {

    private static final String HOSTILE = "</code><script>alert('1')</script>\" onload=x & \u0000\ud800";

    @Test
    void escapesEverything() {
        Document page = Jsoup.parse(
                HtmlPage.titled(HOSTILE).paragraph(HOSTILE).code(HOSTILE).render());

        String shown = "</code><script>alert('1')</script>\" onload=x & \ufffd\ufffd";
        assertThat(page.select("script")).isEmpty();
        assertThat(page.getElementsByAttribute("onload")).isEmpty();
        assertThat(page.title()).isEqualTo(shown);
        assertThat(page.select("p").text()).isEqualTo(shown);
        assertThat(page.select("code").text()).isEqualTo(shown);
    }

    @Test
    void allowsItsOwnStyleAndNothingElse() throws GeneralSecurityException {
        String style =
                Jsoup.parse(HtmlPage.titled("t").render()).select("style").html();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));

        assertThat(HtmlPage.headers().get("Content-Security-Policy"))
                .startsWith("default-src 'none'")
                .contains("style-src 'sha256-" + Base64.getEncoder().encodeToString(digest) + "'")
                .contains("frame-ancestors 'none'");
        assertThat(HtmlPage.headers()).containsEntry("Referrer-Policy", "no-referrer");
    }
}
