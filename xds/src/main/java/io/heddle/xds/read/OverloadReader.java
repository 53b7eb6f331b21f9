package io.heddle.xds.read;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.overload.v3.OverloadAction;
import io.envoyproxy.envoy.config.overload.v3.OverloadManager;
import io.envoyproxy.envoy.config.overload.v3.ResourceMonitor;
import io.envoyproxy.envoy.config.overload.v3.ScaledTrigger;
import io.envoyproxy.envoy.config.overload.v3.ThresholdTrigger;
import io.envoyproxy.envoy.config.overload.v3.Trigger;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.heddle.traffic.resilience.OverloadPolicy;
import io.heddle.traffic.resilience.OverloadPolicy.Action;
import io.heddle.traffic.resilience.OverloadPolicy.Reaction;
import io.heddle.traffic.resilience.OverloadPolicy.Resource;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads the overload manager. Where it has no actions, those of [OverloadPolicy#DEFAULT] hold.
final class OverloadReader {
    private static final String CONNECTIONS =
            "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig";
    private static final String FIXED_HEAP = "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig";

    private static final Fields<OverloadManager> MANAGER = Fields.ignoringOthers(OverloadManager.class)
            .reads("resource_monitors", "actions")
            .limits("refresh_interval", "10 ms to 1 min; 250 ms when not given");
    private static final Fields<ResourceMonitor> MONITOR = Fields.ignoringOthers(ResourceMonitor.class)
            .reads("name")
            .limits(
                    "typed_config",
                    "`fixed_heap` (the Java heap; under the name `heddle.resource_monitors.direct_memory` buffers"
                            + " outside of it) and `downstream_connections`; others have no effect, with a warning");
    private static final Fields<DownstreamConnectionsConfig> LIMIT =
            Fields.ignoringOthers(DownstreamConnectionsConfig.class).reads("max_active_downstream_connections");
    private static final Fields<FixedHeapConfig> HEAP = Fields.ignoringOthers(FixedHeapConfig.class)
            .limits("max_heap_size_bytes", "at most what the process may have");
    private static final Fields<OverloadAction> ACTION = Fields.ignoringOthers(OverloadAction.class)
            .limits("name", "the actions of [listeners](listeners.md#overload); others have no effect, with a warning")
            .reads("triggers");
    private static final Fields<Trigger> TRIGGER = Fields.refusingOthers(Trigger.class)
            .limits("name", "a monitor of this list, or one that is on by default")
            .reads("threshold", "scaled");
    private static final Fields<ThresholdTrigger> THRESHOLD =
            Fields.refusingOthers(ThresholdTrigger.class).reads("value");
    private static final Fields<ScaledTrigger> SCALED =
            Fields.refusingOthers(ScaledTrigger.class).reads("scaling_threshold", "saturation_threshold");

    /// What of the overload manager is read.
    static final List<Fields<?>> FIELDS = List.of(MANAGER, MONITOR, LIMIT, HEAP, ACTION, TRIGGER, THRESHOLD, SCALED);

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private OverloadReader() {}

    static OverloadPolicy read(OverloadManager message, Scope scope) {
        scope.check(message, MANAGER);
        var usual = OverloadPolicy.DEFAULT;
        var limits = new EnumMap<Resource, Long>(Resource.class);
        var monitors = monitors(message, limits, scope);
        var connections = Optional.ofNullable(limits.remove(Resource.CONNECTIONS));
        var actions = message.getActionsCount() == 0 ? usual.actions() : actions(message, monitors, scope);
        return new OverloadPolicy(refresh(message, scope.at("refresh_interval")), connections, limits, actions);
    }

    private static Duration refresh(OverloadManager message, Scope scope) {
        var usual = OverloadPolicy.DEFAULT.refresh();
        if (!message.hasRefreshInterval()) {
            return usual;
        }
        var given = Values.duration(message.getRefreshInterval(), usual, scope);
        if (given.compareTo(SHORTEST) < 0 || given.compareTo(LONGEST) > 0) {
            scope.error("is out of range: " + given.toMillis() + " ms", "write 10 ms to 1 min");
            return usual;
        }
        return given;
    }

    /// The resources by the names of their monitors; fills `limits`.
    private static Map<String, Resource> monitors(OverloadManager message, Map<Resource, Long> limits, Scope scope) {
        var monitors = new HashMap<String, Resource>();
        for (var resource : List.of(Resource.HEAP, Resource.DIRECT_MEMORY)) {
            monitors.put(resource.monitor(), resource);
        }
        for (int i = 0; i < message.getResourceMonitorsCount(); i++) {
            var monitor = message.getResourceMonitors(i);
            var here = scope.at("resource_monitors", i);
            here.check(monitor, MONITOR);
            var found = monitor(monitor, limits, here);
            if (found.isEmpty()) {
                here.warning("resource monitor " + monitor.getName() + " is not supported", "remove it");
            }
            found.ifPresent(resource -> monitors.put(monitor.getName(), resource));
        }
        return monitors;
    }

    private static Optional<Resource> monitor(ResourceMonitor monitor, Map<Resource, Long> limits, Scope scope) {
        var here = scope.at("typed_config");
        return switch (Scope.type(monitor.getTypedConfig())) {
            case CONNECTIONS -> {
                connections(monitor.getTypedConfig(), here).ifPresent(most -> limits.put(Resource.CONNECTIONS, most));
                yield Optional.of(Resource.CONNECTIONS);
            }
            case FIXED_HEAP -> {
                boolean direct = monitor.getName().equals(Resource.DIRECT_MEMORY.monitor());
                var resource = direct ? Resource.DIRECT_MEMORY : Resource.HEAP;
                heap(monitor.getTypedConfig(), here).ifPresent(bytes -> limits.put(resource, bytes));
                yield Optional.of(resource);
            }
            default -> Optional.empty();
        };
    }

    private static Optional<Long> connections(Any config, Scope scope) {
        var found = scope.unpack(config, DownstreamConnectionsConfig.parser());
        found.ifPresent(message -> scope.check(message, LIMIT));
        var most = found.map(DownstreamConnectionsConfig::getMaxActiveDownstreamConnections);
        if (most.isPresent() && most.get() < 1) {
            scope.at("max_active_downstream_connections").error("is less than 1", "write how many at once");
            return Optional.empty();
        }
        return most;
    }

    private static Optional<Long> heap(Any config, Scope scope) {
        var found = scope.unpack(config, FixedHeapConfig.parser());
        found.ifPresent(message -> scope.check(message, HEAP));
        var most = found.map(FixedHeapConfig::getMaxHeapSizeBytes);
        if (most.isPresent() && most.get() < 1) {
            scope.at("max_heap_size_bytes").error("is not more than 0", "write how many bytes");
            return Optional.empty();
        }
        return most;
    }

    private static List<Reaction> actions(OverloadManager message, Map<String, Resource> monitors, Scope scope) {
        var reactions = new EnumMap<Action, Reaction>(Action.class);
        for (int i = 0; i < message.getActionsCount(); i++) {
            var action = message.getActions(i);
            var here = scope.at("actions", i);
            here.check(action, ACTION);
            var known = Stream.of(Action.values())
                    .filter(candidate -> candidate.text().equals(action.getName()))
                    .findFirst();
            if (known.isEmpty()) {
                here.at("name").warning("action " + action.getName() + " is not supported", "remove it");
                continue;
            }
            var reaction = new Reaction(known.get(), triggers(action, monitors, here));
            if (reactions.put(known.get(), reaction) != null) {
                here.at("name").error("action " + action.getName() + " stands twice", "write it once");
            }
        }
        return List.copyOf(reactions.values());
    }

    private static List<OverloadPolicy.Trigger> triggers(
            OverloadAction action, Map<String, Resource> monitors, Scope scope) {
        var triggers = new ArrayList<OverloadPolicy.Trigger>();
        for (int i = 0; i < action.getTriggersCount(); i++) {
            var trigger = action.getTriggers(i);
            var here = scope.at("triggers", i);
            here.check(trigger, TRIGGER);
            var resource = Optional.ofNullable(monitors.get(trigger.getName()));
            if (resource.isEmpty()) {
                here.at("name").error("there is no resource monitor " + trigger.getName(), "add it");
                continue;
            }
            trigger(trigger, resource.get(), here).ifPresent(triggers::add);
        }
        if (action.getTriggersCount() == 0) {
            scope.at("triggers").error("is empty", "say when the action is taken");
        }
        return triggers;
    }

    private static Optional<OverloadPolicy.Trigger> trigger(Trigger message, Resource resource, Scope scope) {
        return switch (message.getTriggerOneofCase()) {
            case THRESHOLD -> {
                var here = scope.at("threshold");
                here.check(message.getThreshold(), THRESHOLD);
                double value = part(message.getThreshold().getValue(), here.at("value"));
                yield Optional.of(new OverloadPolicy.Trigger.Threshold(resource, value));
            }
            case SCALED -> {
                var here = scope.at("scaled");
                here.check(message.getScaled(), SCALED);
                double from = part(message.getScaled().getScalingThreshold(), here.at("scaling_threshold"));
                double to = part(message.getScaled().getSaturationThreshold(), here.at("saturation_threshold"));
                if (to <= from) {
                    here.error("saturates where it begins or before", "write a higher saturation_threshold");
                }
                yield Optional.of(new OverloadPolicy.Trigger.Scaled(resource, from, to));
            }
            case TRIGGERONEOF_NOT_SET -> {
                scope.error("never fires", "set threshold or scaled");
                yield Optional.empty();
            }
        };
    }

    private static double part(double value, Scope scope) {
        if (!(value >= 0 && value <= 1)) {
            scope.error("is no part of a whole: " + value, "write 0 to 1");
            return 1;
        }
        return value;
    }
}
