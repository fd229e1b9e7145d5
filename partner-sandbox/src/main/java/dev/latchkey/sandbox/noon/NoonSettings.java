package dev.latchkey.sandbox.noon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be changed about Noon while it runs.
 *
 * @param sessionLife how long a session lives
 * @param cookies the {@code Set-Cookie} lines of a login; {@code {session}}, {@code {project}}, {@code {seconds}} and
 *     {@code {date}} are filled in
 */
public record NoonSettings(Duration sessionLife, List<String> cookies) {

    static final NoonSettings DEFAULTS = new NoonSettings(
            Duration.ofDays(30),
            List.of(
                    "noon_session={session}; Path=/noon; HttpOnly; SameSite=Lax; Max-Age={seconds}",
                    "noon_project={project}; Path=/noon; Expires={date}"));

    public NoonSettings {
        cookies = List.copyOf(cookies);
    }

    /** Reads settings; what is not given takes its default. */
    public static NoonSettings of(ObjectNode json) {
        Fields f = new Fields(json);
        NoonSettings settings = new NoonSettings(
                f.integer("session_seconds").map(Duration::ofSeconds).orElse(DEFAULTS.sessionLife()),
                f.texts("cookies").orElse(DEFAULTS.cookies()));
        f.done();
        for (String line : settings.cookies()) {
            if (line.chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw new Refusal(400, "invalid_request", "a cookie must be printable ASCII");
            }
        }
        return settings;
    }

    /** The settings as the control API shows them. */
    public JsonNode toJson() {
        ObjectNode json = StrictJson.object().put("session_seconds", sessionLife.toSeconds());
        new ArrayList<>(cookies).forEach(json.putArray("cookies")::add);
        return json;
    }
}
