package io.heddle.control.api;

import io.heddle.control.ca.CertificateAuthority;
import io.heddle.control.ca.JoinTokens;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Join tokens over HTTP.
final class TokenApi {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern KEY =
            Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern VALUE = Pattern.compile("\\*|([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
    private static final int MAX_LABELS = 32;
    private static final Duration DEFAULT_LIFE = Duration.ofMinutes(10);

    private final CertificateAuthority authority;
    private final JoinTokens tokens;

    TokenApi(CertificateAuthority authority, JoinTokens tokens) {
        this.authority = authority;
        this.tokens = tokens;
    }

    /// `POST /api/v1/tokens {"namespace":…,"account":…,"services":[…],"labels":{…},"ttlSeconds":600}`.
    Answer issue(Call call) throws RefusedException {
        var asked = Json.object(call.body());
        var identity = authority.identity(name(asked, "namespace"), name(asked, "account"));
        var token = tokens.issue(new Entitlement(identity, labels(asked, identity)), life(asked));
        var map = new LinkedHashMap<String, Object>();
        map.put("token", token.token());
        map.put("expiresAt", token.expiresAt().toString());
        map.put("identity", identity.toString());
        map.put("labels", token.entitlement().labels().allowed());
        return Answer.json(map);
    }

    /// What the workload may state of itself: what is asked for, else to be an instance of the service called as its
    /// account.
    private static LabelGrant labels(Map<String, Object> asked, SpiffeId identity) throws RefusedException {
        var services = new ArrayList<String>();
        if (asked.get("services") instanceof List<?> names) {
            for (var name : names) {
                services.add(name(Map.of("services", String.valueOf(name)), "services"));
            }
        } else if (asked.containsKey("services")) {
            throw RefusedException.badRequest(
                    "services", "must be a list of service names", "for example [\"catalog\"]");
        }
        var labels = new LinkedHashMap<String, String>();
        if (asked.get("labels") instanceof Map<?, ?> pairs) {
            for (var pair : pairs.entrySet()) {
                labels.put(label(KEY, String.valueOf(pair.getKey())), label(VALUE, String.valueOf(pair.getValue())));
            }
        } else if (asked.containsKey("labels")) {
            throw RefusedException.badRequest(
                    "labels", "must be a map of label keys to values", "for example {\"version\": \"v1\"}");
        }
        if (services.size() + labels.size() > MAX_LABELS) {
            throw RefusedException.badRequest("labels", "are more than " + MAX_LABELS, "* as value stands for any");
        }
        if (!asked.containsKey("services") && labels.isEmpty()) {
            services.add(identity.account());
        }
        return (services.isEmpty() ? LabelGrant.NONE : LabelGrant.ofServices(services)).with(labels);
    }

    private static String label(Pattern pattern, String text) throws RefusedException {
        if (pattern.matcher(text).matches()) {
            return text;
        }
        throw RefusedException.badRequest(
                "labels",
                "'" + text + "' is no label key or value",
                "use what Kubernetes allows in labels, or * for every value");
    }

    private static String name(Map<String, Object> asked, String field) throws RefusedException {
        if (asked.get(field) instanceof String name && NAME.matcher(name).matches()) {
            return name;
        }
        throw RefusedException.badRequest(
                field, "must be a DNS label", "use at most 63 lower-case letters, digits and inner hyphens");
    }

    private static Duration life(Map<String, Object> asked) throws RefusedException {
        if (!asked.containsKey("ttlSeconds")) {
            return DEFAULT_LIFE;
        }
        if (asked.get("ttlSeconds") instanceof Integer seconds
                && seconds >= 1
                && seconds <= JoinTokens.MAX_LIFE.toSeconds()) {
            return Duration.ofSeconds(seconds);
        }
        throw RefusedException.badRequest(
                "ttlSeconds",
                "must be a whole number from 1 to " + JoinTokens.MAX_LIFE.toSeconds(),
                "leave it out for the default");
    }
}
