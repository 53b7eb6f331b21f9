package io.heddle.proxy.config;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.client.AdsClient;
import io.heddle.xds.client.AdsSubscriptions;
import io.heddle.xds.client.LastGoodFile;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Configuration over ADS, and the copy of the last good one on disk that a restart begins with while the control plane
/// is away.
///
/// Safe on any thread; candidates are applied on the client's thread, one at a time.
public final class AdsSource implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdsSource.class);

    private final ConfigGate gate;
    private final LastGoodFile file;
    private final Runnable applied;
    private volatile Status status = Status.NEW;
    private volatile ResourceSet restored = ResourceSet.EMPTY;
    private @Nullable AdsClient client;
    private Optional<Health> health = Optional.empty();

    /// `applied` is called after each configuration that was accepted.
    public AdsSource(ConfigGate gate, Path lastGood, Runnable applied) {
        this.gate = gate;
        this.file = new LastGoodFile(lastGood);
        this.applied = applied;
    }

    /// How configuration has been coming in.
    ///
    /// @param connected whether the stream stands
    /// @param since since when it stands or is lost
    /// @param accepted how many candidates went live
    /// @param rejected how many were refused
    /// @param fromDisk whether what is live was read from disk and nothing newer has come
    /// @param problems those of the last candidate
    public record Status(
            boolean connected, Instant since, long accepted, long rejected, boolean fromDisk, List<Problem> problems) {
        static final Status NEW = new Status(false, Instant.EPOCH, 0, 0, false, List.of());

        public Status {
            problems = List.copyOf(problems);
        }

        Status stream(boolean stands) {
            return new Status(stands, Instant.now(), accepted, rejected, fromDisk, problems);
        }

        Status took(List<Problem> warnings) {
            return new Status(connected, since, accepted + 1, rejected, false, warnings);
        }

        Status refused(List<Problem> found) {
            return new Status(connected, since, accepted, rejected + 1, fromDisk, found);
        }

        Status restored() {
            return new Status(connected, since, accepted, rejected, true, problems);
        }
    }

    private record Health(boolean healthy, String detail) {}

    /// Applies the last good configuration, if there is one; true when it is live.
    public boolean restore() {
        Optional<ResourceSet> kept;
        try {
            kept = file.read();
        } catch (IOException damaged) {
            log.atWarn().setCause(damaged).log("the last good configuration cannot be used");
            return false;
        }
        if (kept.isEmpty()) {
            return false;
        }
        return switch (gate.apply(kept.get())) {
            case Checked.Ok<?> _ -> {
                restored = kept.get();
                change(Status::restored);
                log.atInfo().log("running on the last good configuration until the control plane answers");
                applied.run();
                yield true;
            }
            case Checked.Rejected<?> bad -> {
                log.atWarn().addKeyValue("problems", bad.problems()).log("the last good configuration is refused");
                yield false;
            }
        };
    }

    /// Connects and stays connected.
    public void connect(AdsClient.Options options) {
        var subscriptions = new AdsSubscriptions((candidate, _) -> apply(candidate), restored);
        begin(AdsClient.start(options, subscriptions, new AdsClient.Watcher() {
            @Override
            public void connected() {
                log.atInfo()
                        .addKeyValue("server", options.host() + ":" + options.port())
                        .log("control plane connected");
                change(now -> now.stream(true));
            }

            @Override
            public void disconnected(String reason) {
                var before = status;
                change(now -> now.stream(false));
                if (before.connected() || before.equals(Status.NEW)) {
                    log.atWarn().addKeyValue("reason", reason).log("control plane lost; traffic goes on");
                }
            }
        }));
    }

    private synchronized void begin(AdsClient started) {
        client = started;
        health.ifPresent(known -> started.reportHealth(known.healthy, known.detail));
    }

    /// Tells the control plane whether this workload takes requests, now or as soon as it is connected.
    public synchronized void reportHealth(boolean healthy, String detail) {
        var next = Optional.of(new Health(healthy, detail));
        if (health.equals(next)) {
            return;
        }
        health = next;
        var connected = client;
        if (connected != null) {
            connected.reportHealth(healthy, detail);
        }
    }

    /// How configuration has been coming in.
    public Status status() {
        return status;
    }

    private synchronized void change(UnaryOperator<Status> next) {
        status = next.apply(status);
    }

    private Checked<?> apply(ResourceSet candidate) {
        var result = gate.apply(candidate);
        UnaryOperator<Status> next = switch (result) {
            case Checked.Ok<?> good -> now -> now.took(good.warnings());
            case Checked.Rejected<?> bad -> now -> now.refused(bad.problems());
        };
        change(next);
        if (result instanceof Checked.Rejected<?> refused) {
            log.atWarn().addKeyValue("problems", refused.problems()).log("configuration refused");
            return result;
        }
        try {
            file.write(candidate);
        } catch (IOException unwritable) {
            log.atError().setCause(unwritable).log("the last good configuration cannot be kept on disk");
        }
        applied.run();
        return result;
    }

    @Override
    public void close() {
        var connected = client;
        if (connected != null) {
            connected.close();
        }
    }
}
