package dev.latchkey.sandbox.oauth2;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.callback.CallbackRules;
import dev.latchkey.sandbox.fault.FaultParser;
import dev.latchkey.sandbox.fault.IssEdit;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.grant.RefreshRules;
import dev.latchkey.sandbox.oauth2.grant.Rotation;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * What can be changed about a partner while it runs.
 *
 * @param codeLife how long an authorization code lives
 * @param issAdvertised whether the metadata promises {@code iss} (RFC 9207 s.3)
 * @param iss what the authorization response really carries
 * @param extraParameters parameters that are let pass although the partner does not document them
 * @param callback how a partner behaves that calls its integrators; of no meaning for others
 */
public record Settings(
        RefreshRules refresh,
        Duration codeLife,
        boolean issAdvertised,
        IssEdit iss,
        Set<String> extraParameters,
        CallbackRules callback) {

    public Settings {
        extraParameters = Set.copyOf(extraParameters);
    }

    /** Settings with a partner's rotation and {@code iss} behaviour and the sandbox's defaults for the rest. */
    public static Settings defaults(Rotation rotation, boolean iss) {
        RefreshRules refresh = new RefreshRules(rotation, Duration.ofSeconds(30), Duration.ofHours(1), false);
        return new Settings(
                refresh,
                Duration.ofSeconds(60),
                iss,
                iss ? new IssEdit.Correct() : new IssEdit.Missing(),
                Set.of(),
                CallbackRules.DEFAULT);
    }

    /** The same settings with another life of access tokens. */
    public Settings withAccessTokenLife(Duration life) {
        RefreshRules rules = new RefreshRules(refresh.rotation(), refresh.grace(), life, refresh.oldAccessTokenDies());
        return new Settings(rules, codeLife, issAdvertised, iss, extraParameters, callback);
    }

    /** Reads settings; what is not given takes this object's value. */
    public Settings changedBy(ObjectNode json) {
        Fields f = new Fields(json);
        RefreshRules rules = new RefreshRules(
                f.text("rotation").map(Rotation::of).orElse(refresh.rotation()),
                seconds(f, "grace_seconds", refresh.grace()),
                seconds(f, "access_token_seconds", refresh.accessTokenLife()),
                f.flag("old_access_token_dies").orElse(refresh.oldAccessTokenDies()));
        Settings changed = new Settings(
                rules,
                seconds(f, "code_seconds", codeLife),
                f.flag("iss_advertised").orElse(issAdvertised),
                f.text("iss").map(value -> FaultParser.iss(value, f)).orElse(iss),
                f.texts("extra_parameters").map(Set::copyOf).orElse(extraParameters),
                new CallbackRules(
                        f.text("callback_parameter").orElse(callback.parameter()),
                        f.integer("lost_answers").orElse(callback.lostAnswers()),
                        seconds(f, "refresh_token_seconds", callback.refreshTokenLife())));
        f.done();
        return changed;
    }

    /** The settings as the control API shows them. */
    public ObjectNode toJson() {
        ObjectNode json = StrictJson.object()
                .put("rotation", refresh.rotation().label())
                .put("grace_seconds", refresh.grace().toSeconds())
                .put("access_token_seconds", refresh.accessTokenLife().toSeconds())
                .put("old_access_token_dies", refresh.oldAccessTokenDies())
                .put("code_seconds", codeLife.toSeconds())
                .put("iss_advertised", issAdvertised)
                .put("callback_parameter", callback.parameter())
                .put("lost_answers", callback.lostAnswers())
                .put("refresh_token_seconds", callback.refreshTokenLife().toSeconds())
                .put("iss", iss.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        if (iss instanceof IssEdit.Text text) {
            json.put("text", text.text());
        }
        extraParameters.stream().sorted().forEach(json.putArray("extra_parameters")::add);
        return json;
    }

    private static Duration seconds(Fields fields, String name, Duration otherwise) {
        return fields.integer(name).map(Duration::ofSeconds).orElse(otherwise);
    }
}
