package dev.latchkey.caller.app;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.problem.BrokerException;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks what an admin says about an app; every refusal points at the member and repeats nothing. Thread-safe. */
@Singleton
final class AppDraftCheck {

    private static final int LONGEST_NAME = 200;
    private static final int MOST_RETURN_URLS = 50;

    private final SsrfGuard guard;
    private final boolean allowLocalhost;

    AppDraftCheck(SsrfGuard guard, OutboundConfig outbound) {
        this.guard = guard;
        this.allowLocalhost = outbound.allowLoopback();
    }

    static <T> T present(@Nullable T body) {
        if (body == null) {
            throw BrokerException.invalid("", "A JSON object is needed.");
        }
        return body;
    }

    String newId(@Nullable String id) {
        if (id == null || !AppIds.isWellFormed(id)) {
            throw BrokerException.invalid("/id", "An id matches [a-z0-9][a-z0-9-]{0,63}.");
        }
        if (AppIds.isReserved(id)) {
            throw BrokerException.invalid("/id", "This id is reserved.");
        }
        return id;
    }

    AppDraft draft(@Nullable String name, @Nullable List<@Nullable String> returnUrls, @Nullable String eventsUrl) {
        return new AppDraft(
                name(name),
                returnUrls(returnUrls),
                Optional.ofNullable(eventsUrl).map(this::eventsUrl));
    }

    private static String name(@Nullable String name) {
        if (name == null
                || name.isBlank()
                || name.length() > LONGEST_NAME
                || name.codePoints().anyMatch(Character::isISOControl)) {
            throw BrokerException.invalid(
                    "/name", "A name of 1 to 200 characters without control characters is needed.");
        }
        return name;
    }

    private List<String> returnUrls(@Nullable List<@Nullable String> urls) {
        if (urls == null || urls.size() > MOST_RETURN_URLS) {
            throw BrokerException.invalid("/return_urls", "A list of at most 50 URLs is needed; it may be empty.");
        }
        List<String> checked = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            String pointer = "/return_urls/" + i;
            String url = urls.get(i);
            if (url == null) {
                throw BrokerException.invalid(pointer, "A URL is needed.");
            }
            ReturnUrls.complaint(url, allowLocalhost).ifPresent(complaint -> {
                throw BrokerException.invalid(pointer, complaint);
            });
            checked.add(url);
        }
        if (new HashSet<>(checked).size() != checked.size()) {
            throw BrokerException.invalid("/return_urls", "A URL stands there twice.");
        }
        return checked;
    }

    private URI eventsUrl(String url) {
        try {
            return guard.check(url);
        } catch (BrokerException refused) {
            throw refused.with("pointer", "/events_url");
        }
    }
}
