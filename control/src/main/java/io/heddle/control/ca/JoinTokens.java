package io.heddle.control.ca;

import io.heddle.control.store.KeyValues;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// The join tokens that are still good: 256 random bits each, kept as SHA-256, bound to one identity and the labels
/// that its holder may state, good for one use.
///
/// A token is spent by removing it from a durable map, whose removal exactly one caller wins and which is on disk
/// before the caller gets its certificate; so neither two callers at once nor a restart can spend it twice.
public final class JoinTokens {
    /// The longest life of a token.
    public static final Duration MAX_LIFE = Duration.ofDays(1);
    private static final int BYTES = 32;

    private final KeyValues tokens;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /// @param tokens where the hashes are kept
    public JoinTokens(KeyValues tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    /// Makes a token for `entitlement`.
    ///
    /// @param life how long it works, more than zero, at most [#MAX_LIFE]
    public JoinToken issue(Entitlement entitlement, Duration life) {
        if (life.isNegative() || life.isZero() || life.compareTo(MAX_LIFE) > 0) {
            throw new IllegalArgumentException("a token's life must be between 1 s and " + MAX_LIFE.toSeconds() + " s");
        }
        forgetExpired();
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var expiresAt = clock.instant().plus(life);
        tokens.put(
                hash(token),
                expiresAt.toEpochMilli() + " " + entitlement.identity() + " "
                        + entitlement.labels().text());
        return new JoinToken(token, entitlement, expiresAt);
    }

    /// Spends `token`: what it is good for, once, or empty when it is unknown, spent or expired.
    public Optional<Entitlement> spend(String token) {
        return tokens.remove(hash(token)).filter(this::isLive).flatMap(JoinTokens::entitlementOf);
    }

    private void forgetExpired() {
        tokens.entries().forEach((hash, entry) -> {
            if (!isLive(entry)) {
                tokens.remove(hash);
            }
        });
    }

    private boolean isLive(String entry) {
        var expiresAt = Instant.ofEpochMilli(Long.parseLong(entry.substring(0, entry.indexOf(' '))));
        return clock.instant().isBefore(expiresAt);
    }

    private static Optional<Entitlement> entitlementOf(String entry) {
        var parts = entry.split(" ", 3);
        var identity = SpiffeId.parse(parts[1]);
        // An entry of an earlier version says nothing of labels.
        return parts.length < 3
                ? identity.map(Entitlement::usual)
                : identity.flatMap(id -> LabelGrant.parse(parts[2]).map(labels -> new Entitlement(id, labels)));
    }

    private static String hash(String token) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
