package io.heddle.proxy.runtime;

import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.proxy.config.ActiveRuntime;
import io.heddle.proxy.tls.FileWatch;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.xds.client.RuntimeSink;
import io.heddle.xds.read.LayerSource;
import io.heddle.xds.read.RuntimeText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The layers of a proxy's runtime, laid over each other whenever one of them changes: what stands in the bootstrap,
/// on disk, what comes over ADS, and what the admin interface is told.
///
/// As in Envoy a folder that is not there is no layer. One that cannot be read stays as it was read last, which is
/// counted and logged.
///
/// Safe on any thread but an event loop.
public final class RuntimeLayers implements RuntimeSink, AutoCloseable {
    /// How many keys the admin interface may have set at a time.
    public static final int MOST_SET = 10_000;

    private static final Logger log = LoggerFactory.getLogger(RuntimeLayers.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final List<LayerSource> sources;
    private final String cluster;
    private final ActiveRuntime active;
    private final Optional<FileWatch> watch;
    private final Map<String, RuntimeLayer> onDisk = new HashMap<>();
    private final Map<String, Map<String, RuntimeValue>> sent = new HashMap<>();
    private final Map<String, CompletableFuture<Void>> awaited = new HashMap<>();
    private final CompletableFuture<Void> settled;
    private final Map<String, RuntimeValue> set = new TreeMap<>();
    private volatile Figures figures = new Figures(0, 0, 0, 0, 0, 0, 0);

    /// What became of the layers so far, as Envoy's `runtime.*` has it.
    ///
    /// @param loads how often they were laid over each other with all that should be there
    /// @param failures how often without
    /// @param keys how many keys there are
    /// @param layers how many layers
    /// @param overridden whether the admin interface has set anything
    /// @param withOverrides how often there was more than one layer on disk
    /// @param withoutOverrides how often there was not
    public record Figures(
            long loads,
            long failures,
            long keys,
            long layers,
            long overridden,
            long withOverrides,
            long withoutOverrides) {}

    private RuntimeLayers(List<LayerSource> sources, String cluster, ActiveRuntime active) {
        this.sources = List.copyOf(sources);
        this.cluster = cluster;
        this.active = active;
        sources.forEach(source -> {
            if (source instanceof LayerSource.Discovered(var _, var resource, var timeout)) {
                var first = new CompletableFuture<Void>();
                awaited.put(
                        resource,
                        timeout.isZero()
                                ? first
                                : first.completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS));
            }
        });
        this.settled = CompletableFuture.allOf(awaited.values().toArray(CompletableFuture[]::new));
        this.watch = disks().isEmpty() ? Optional.empty() : Optional.of(FileWatch.start(LOOK));
    }

    /// Lays `sources` over each other, the last one on top, for `active`, and goes on as they change.
    ///
    /// @param cluster the node's cluster, of which layers on disk may have a folder
    public static RuntimeLayers start(List<LayerSource> sources, String cluster, ActiveRuntime active) {
        var layers = new RuntimeLayers(sources, cluster, active);
        layers.watch.ifPresent(watch -> {
            layers.disks().forEach(disk -> watch.watch(Path.of(disk.root())));
            watch.follow(layers::readDisks);
        });
        layers.readDisks();
        return layers;
    }

    private List<LayerSource.Disk> disks() {
        return sources.stream()
                .filter(LayerSource.Disk.class::isInstance)
                .map(LayerSource.Disk.class::cast)
                .toList();
    }

    /// What counts now.
    public RuntimeSnapshot snapshot() {
        return active.current();
    }

    /// What became of the layers so far.
    public Figures figures() {
        return figures;
    }

    /// Whether there is a layer for what the admin interface is told.
    public boolean maySet() {
        return sources.stream().anyMatch(LayerSource.Admin.class::isInstance);
    }

    /// Sets keys in the layer of the admin interface; an empty text takes a key out of it again.
    ///
    /// @throws IllegalArgumentException when these are too many; then none of them is set
    public synchronized void set(Map<String, String> texts) {
        var next = new TreeMap<>(set);
        texts.forEach((key, text) -> {
            if (text.isEmpty()) {
                next.remove(key);
            } else {
                next.put(key, RuntimeText.value(text));
            }
        });
        if (next.size() > MOST_SET) {
            throw new IllegalArgumentException("more than " + MOST_SET + " keys would be set");
        }
        set.clear();
        set.putAll(next);
        lay(false);
    }

    @Override
    public Set<String> resources() {
        return awaited.keySet();
    }

    @Override
    public boolean isSettled() {
        return settled.isDone();
    }

    /// Completes when each layer that is sent has come once, or will not have in time (`initial_fetch_timeout`).
    public CompletableFuture<Void> settled() {
        return settled.copy();
    }

    @Override
    public void came(RuntimeLayer layer, List<Problem> warnings) {
        warnings.forEach(warning -> log.atWarn().log(warning.toString()));
        lay(layer);
        Optional.ofNullable(awaited.get(layer.name())).ifPresent(first -> first.complete(null));
    }

    private synchronized void lay(RuntimeLayer layer) {
        sent.put(layer.name(), layer.values());
        lay(false);
    }

    @Override
    public void refused(Set<String> names, List<Problem> problems) {
        if (!problems.isEmpty()) {
            log.atWarn().addKeyValue("problems", problems).log("a layer of the runtime is refused");
        }
        names.forEach(name -> Optional.ofNullable(awaited.get(name)).ifPresent(first -> first.complete(null)));
    }

    private synchronized void readDisks() {
        boolean failed = false;
        for (var disk : disks()) {
            switch (DiskFolder.read(disk, cluster)) {
                case Checked.Ok<Optional<RuntimeLayer>> ok ->
                    ok.value()
                            .ifPresentOrElse(found -> onDisk.put(disk.name(), found), () -> onDisk.remove(disk.name()));
                case Checked.Rejected<Optional<RuntimeLayer>> bad -> {
                    failed = true;
                    log.atWarn()
                            .addKeyValue("layer", disk.name())
                            .addKeyValue("problems", bad.problems())
                            .log("a layer of the runtime cannot be read; it stays as it was");
                }
            }
        }
        lay(failed);
    }

    private void lay(boolean failed) {
        var layers = new ArrayList<RuntimeLayer>();
        for (var source : sources) {
            switch (source) {
                case LayerSource.Fixed(var layer) -> layers.add(layer);
                case LayerSource.Disk disk ->
                    Optional.ofNullable(onDisk.get(disk.name())).ifPresent(layers::add);
                case LayerSource.Discovered(var name, var resource, var _) ->
                    layers.add(new RuntimeLayer(name, sent.getOrDefault(resource, Map.of())));
                case LayerSource.Admin(var name) -> layers.add(new RuntimeLayer(name, set));
            }
        }
        var next = new RuntimeSnapshot(layers);
        active.take(next);
        var before = figures;
        boolean overrides = onDisk.size() > 1;
        figures = new Figures(
                before.loads + (failed ? 0 : 1),
                before.failures + (failed ? 1 : 0),
                next.values().size(),
                layers.size(),
                set.isEmpty() ? 0 : 1,
                before.withOverrides + (overrides ? 1 : 0),
                before.withoutOverrides + (overrides ? 0 : 1));
    }

    @Override
    public void close() {
        watch.ifPresent(FileWatch::close);
    }
}
