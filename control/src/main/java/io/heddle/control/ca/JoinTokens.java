package io.heddle.control.ca;

import io.heddle.control.store.KeyValues;
import io.heddle.model.name.Entitlement;
import io.heddle.model.name.LabelGrant;
import io.heddle.model.name.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// The join tokens that are still good: 256 random bits each, kept as SHA-256, bound to one identity and the labels
/// that its holder may state, good for one key.
///
/// A token is spent by writing the key that it was spent for beside it, which is on disk before the caller gets its
/// certificate; so neither two callers at once nor a restart can spend it for two keys. Until the token's life ends
/// the same key is answered again, because an answer can get lost on its way: only the holder of the key can use it.
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
        var meaning = entitlement.identity() + " " + entitlement.labels().text();
        tokens.put(hash(token.getBytes(StandardCharsets.UTF_8)), new Entry(expiresAt, "", meaning).text());
        return new JoinToken(token, entitlement, expiresAt);
    }

    /// Spends `token` for `key`: what it is good for, or empty when it is unknown, expired or spent for another key.
    ///
    /// @param key the public key to be certified
    public synchronized Optional<Entitlement> spend(String token, PublicKey key) {
        var name = hash(token.getBytes(StandardCharsets.UTF_8));
        var kept = tokens.find(name).map(Entry::parse).filter(this::isLive);
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        var entry = kept.get();
        var holder = hash(key.getEncoded());
        if (entry.holder.isEmpty()) {
            tokens.put(name, new Entry(entry.expiresAt, holder, entry.meaning).text());
        } else if (!entry.holder.equals(holder)) {
            return Optional.empty();
        }
        return entitlementOf(entry.meaning);
    }

    private void forgetExpired() {
        tokens.entries().forEach((hash, entry) -> {
            if (!isLive(Entry.parse(entry))) {
                tokens.remove(hash);
            }
        });
    }

    private boolean isLive(Entry entry) {
        return clock.instant().isBefore(entry.expiresAt);
    }

    private static Optional<Entitlement> entitlementOf(String meaning) {
        var parts = meaning.split(" ", 2);
        var identity = SpiffeId.parse(parts[0]);
        // An entry of an earlier version says nothing of labels.
        return parts.length < 2
                ? identity.map(Entitlement::usual)
                : identity.flatMap(id -> LabelGrant.parse(parts[1]).map(labels -> new Entitlement(id, labels)));
    }

    /// What is kept of a token: `milliseconds meaning`, and once it is spent `milliseconds:holder meaning`.
    ///
    /// @param holder the hash of the key that it was spent for; empty before
    /// @param meaning identity and labels
    private record Entry(Instant expiresAt, String holder, String meaning) {
        static Entry parse(String text) {
            int space = text.indexOf(' ');
            var facts = text.substring(0, space).split(":", 2);
            var holder = facts.length > 1 ? facts[1] : "";
            return new Entry(Instant.ofEpochMilli(Long.parseLong(facts[0])), holder, text.substring(space + 1));
        }

        String text() {
            return expiresAt.toEpochMilli() + (holder.isEmpty() ? "" : ":" + holder) + " " + meaning;
        }
    }

    private static String hash(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
