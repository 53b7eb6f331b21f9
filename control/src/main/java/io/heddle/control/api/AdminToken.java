package io.heddle.control.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/// The secret that allows changes.
public final class AdminToken {
    private static final String SCHEME = "bearer ";

    private final byte[] token;

    public AdminToken(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    /// Whether an `Authorization` header carries the token; the time it takes does not tell how much of it is right.
    boolean isIn(Optional<String> authorization) {
        if (authorization.isEmpty() || !authorization.get().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        var given = authorization.get().substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(token, given);
    }
}
