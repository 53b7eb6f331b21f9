package io.heddle.proxy.ads;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells people that the control plane is away: once when it goes, and once a minute while it stays away, however often
/// the connection is tried. For one thread.
final class OutageLog {
    private static final Logger log = LoggerFactory.getLogger(OutageLog.class);
    private static final Duration REMINDER = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private boolean away;
    private boolean refused;
    private long told;

    OutageLog() {
        this(System::nanoTime);
    }

    OutageLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// A connection ended or could not be made.
    void lost(String server, AdsClient.Loss loss) {
        if (!isDue(loss)) {
            return;
        }
        var words = loss.refused()
                ? "the control plane does not take this proxy"
                : "the control plane is away; traffic goes on with what is live";
        log.atWarn()
                .addKeyValue("server", server)
                .addKeyValue("reason", loss.reason())
                .log(words);
    }

    /// Whether this loss is to be told; then it counts as told.
    boolean isDue(AdsClient.Loss loss) {
        long now = nanos.getAsLong();
        boolean news = !away || refused != loss.refused();
        if (!news && now - told < REMINDER.toNanos()) {
            return false;
        }
        away = true;
        refused = loss.refused();
        told = now;
        return true;
    }

    /// The control plane is back.
    void ended() {
        away = false;
    }
}
