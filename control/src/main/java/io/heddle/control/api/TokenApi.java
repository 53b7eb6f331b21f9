package io.heddle.control.api;

import io.heddle.control.ca.CertificateAuthority;
import io.heddle.control.ca.JoinTokens;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Join tokens over HTTP.
final class TokenApi {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Duration DEFAULT_LIFE = Duration.ofMinutes(10);

    private final CertificateAuthority authority;
    private final JoinTokens tokens;

    TokenApi(CertificateAuthority authority, JoinTokens tokens) {
        this.authority = authority;
        this.tokens = tokens;
    }

    /// `POST /api/v1/tokens {"namespace":…,"account":…,"ttlSeconds":600}`.
    Answer issue(Call call) throws RefusedException {
        var asked = Json.object(call.body());
        var identity = authority.identity(name(asked, "namespace"), name(asked, "account"));
        var token = tokens.issue(identity, life(asked));
        var map = new LinkedHashMap<String, Object>();
        map.put("token", token.token());
        map.put("expiresAt", token.expiresAt().toString());
        map.put("identity", identity.toString());
        return Answer.json(map);
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
                "ttlSeconds", "must be a whole number from 1 to " + JoinTokens.MAX_LIFE.toSeconds(), "");
    }
}
