package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import io.envoyproxy.envoy.admin.v3.UpdateFailureState;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.StaticResources;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.RefusedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The configuration as it was received, as Envoy's `admin.v3.ConfigDump` in JSON: what tools made for Envoy read.
/// Private keys and whatever else Envoy's API marks as sensitive are not shown.
public final class ConfigDump {
    private final ShownMessages shown = new ShownMessages();
    private final Wanted wanted;
    private final List<RefusedResource> refused;

    private ConfigDump(Wanted wanted, List<RefusedResource> refused) {
        this.wanted = wanted;
        this.refused = refused;
    }

    /// What a server sent.
    ///
    /// @param live what is live
    /// @param refused what was refused, and is shown as `error_state`
    public record Received(ResourceSet live, List<RefusedResource> refused) {
        public Received {
            refused = List.copyOf(refused);
        }
    }

    /// What of it is wanted, as Envoy's query parameters.
    ///
    /// @param resource one field of the parts, for example `dynamic_listeners`, instead of all parts; empty for all
    /// @param name which resources, by name
    /// @param endpoints whether endpoints are among the parts
    /// @param mask which fields, as a `FieldMask` in text, of each part, or of each resource where one is
    ///     wanted; empty for all
    public record Wanted(String resource, Predicate<String> name, boolean endpoints, String mask) {
        public static final Wanted ALL = new Wanted("", _ -> true, false);

        /// With all their fields.
        public Wanted(String resource, Predicate<String> name, boolean endpoints) {
            this(resource, name, endpoints, "");
        }
    }

    /// The dump.
    ///
    /// @param bootstrap the text that the proxy was started with, which has been read before
    /// @param received what a server sent
    /// @throws NoSuchElementException when a resource is wanted that no part has
    /// @throws IllegalArgumentException when what is wanted is no list of resources, or the mask names no
    ///     field of it
    public static String json(String bootstrap, Received received, Wanted wanted) {
        try {
            return new ConfigDump(wanted, received.refused()).text(BootstrapReader.parse(bootstrap), received.live());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what was read once cannot be shown", e);
        }
    }

    private String text(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap bootstrap, ResourceSet live)
            throws InvalidProtocolBufferException {
        var fixed = bootstrap.getStaticResources();
        var parts = new ArrayList<Message>();
        parts.add(BootstrapConfigDump.newBuilder().setBootstrap(bootstrap).build());
        parts.add(clusters(fixed, live));
        if (wanted.endpoints()) {
            parts.add(endpoints(live));
        }
        parts.add(listeners(fixed, live));
        parts.add(routes(live));
        parts.add(secrets(fixed, live));
        var dump = io.envoyproxy.envoy.admin.v3.ConfigDump.newBuilder();
        var mask = DumpMask.of(wanted.mask());
        if (wanted.resource().isEmpty()) {
            check(mask, parts.stream().map(Message::getDescriptorForType).toList());
        }
        for (var part : wanted.resource().isEmpty() ? parts : only(parts, mask)) {
            dump.addConfigs(Any.pack(part));
        }
        // By way of a message without a class: printing goes by reflection, see SetFields.
        var safe = shown.of(DynamicMessage.parseFrom(
                io.envoyproxy.envoy.admin.v3.ConfigDump.getDescriptor(),
                dump.build().toByteString()));
        return JsonFormat.printer()
                        .usingTypeRegistry(shown.types())
                        .preservingProtoFieldNames()
                        .print(trimmed(safe, mask))
                + "\n";
    }

    private Message trimmed(Message dump, DumpMask mask) throws InvalidProtocolBufferException {
        return new DumpMask(Map.of("configs", mask)).of(dump, shown::kind);
    }

    private static void check(DumpMask mask, List<Descriptor> kinds) {
        mask.unknownIn(kinds).ifPresent(field -> {
            throw new IllegalArgumentException("mask names the field " + field + ", which nothing wanted has");
        });
    }

    /// The elements of the field that is wanted, whichever part has it.
    private List<Message> only(List<Message> parts, DumpMask mask) throws InvalidProtocolBufferException {
        for (var typed : parts) {
            var part = DynamicMessage.parseFrom(typed.getDescriptorForType(), typed.toByteString());
            var field = Optional.ofNullable(part.getDescriptorForType().findFieldByName(wanted.resource()));
            if (field.isPresent() && field.get().isRepeated()) {
                check(mask, List.of(field.get().getMessageType()));
                var elements = new ArrayList<Message>();
                ((List<?>) part.getField(field.get())).forEach(element -> elements.add((Message) element));
                return elements;
            }
            if (field.isPresent()) {
                throw new IllegalArgumentException(
                        wanted.resource() + " is no list of resources; ask for it with mask=" + wanted.resource());
            }
        }
        throw new NoSuchElementException("no part of the dump has the resource " + wanted.resource());
    }

    private List<NamedResource> resources(ResourceSet live, ResourceType type) {
        return live.resources(type).values().stream()
                .filter(resource -> wanted.name().test(resource.name()))
                .toList();
    }

    /// Says of each refused resource of a type what it was and why.
    private void refused(ResourceType type, BiConsumer<NamedResource, UpdateFailureState> each) {
        for (var found : refused) {
            if (found.type() == type && wanted.name().test(found.resource().name())) {
                var at = found.at();
                var state = UpdateFailureState.newBuilder()
                        .setVersionInfo(found.resource().version())
                        .setDetails(found.details())
                        .setLastUpdateAttempt(Timestamp.newBuilder()
                                .setSeconds(at.getEpochSecond())
                                .setNanos(at.getNano()));
                if (type != ResourceType.SDS) { // A key is not shown.
                    state.setFailedConfiguration(found.resource().body());
                }
                each.accept(found.resource(), state.build());
            }
        }
    }

    private ClustersConfigDump clusters(StaticResources fixed, ResourceSet live) {
        var dump = ClustersConfigDump.newBuilder().setVersionInfo(live.version(ResourceType.CDS));
        fixed.getClustersList().stream()
                .filter(cluster -> wanted.name().test(cluster.getName()))
                .forEach(cluster -> dump.addStaticClustersBuilder().setCluster(Any.pack(cluster)));
        resources(live, ResourceType.CDS)
                .forEach(resource -> dump.addDynamicActiveClustersBuilder()
                        .setVersionInfo(resource.version())
                        .setCluster(resource.body()));
        refused(
                ResourceType.CDS,
                (_, state) -> dump.addDynamicWarmingClustersBuilder().setErrorState(state));
        return dump.build();
    }

    private EndpointsConfigDump endpoints(ResourceSet live) {
        var dump = EndpointsConfigDump.newBuilder();
        resources(live, ResourceType.EDS)
                .forEach(resource -> dump.addDynamicEndpointConfigsBuilder()
                        .setVersionInfo(resource.version())
                        .setEndpointConfig(resource.body()));
        refused(
                ResourceType.EDS,
                (_, state) -> dump.addDynamicEndpointConfigsBuilder().setErrorState(state));
        return dump.build();
    }

    private ListenersConfigDump listeners(StaticResources fixed, ResourceSet live) {
        var dump = ListenersConfigDump.newBuilder().setVersionInfo(live.version(ResourceType.LDS));
        StaticListeners.named(fixed.getListenersList()).stream()
                .filter(listener -> wanted.name().test(listener.getName()))
                .forEach(listener -> dump.addStaticListenersBuilder().setListener(Any.pack(listener)));
        resources(live, ResourceType.LDS)
                .forEach(resource -> dump.addDynamicListenersBuilder()
                        .setName(resource.name())
                        .getActiveStateBuilder()
                        .setVersionInfo(resource.version())
                        .setListener(resource.body()));
        refused(
                ResourceType.LDS,
                (resource, state) -> dump.getDynamicListenersBuilderList().stream()
                        .filter(known -> known.getName().equals(resource.name()))
                        .findFirst()
                        .orElseGet(() -> dump.addDynamicListenersBuilder().setName(resource.name()))
                        .setErrorState(state));
        return dump.build();
    }

    private RoutesConfigDump routes(ResourceSet live) {
        var dump = RoutesConfigDump.newBuilder();
        resources(live, ResourceType.RDS)
                .forEach(resource -> dump.addDynamicRouteConfigsBuilder()
                        .setVersionInfo(resource.version())
                        .setRouteConfig(whole(resource, live)));
        refused(
                ResourceType.RDS,
                (_, state) -> dump.addDynamicRouteConfigsBuilder().setErrorState(state));
        return dump.build();
    }

    /// A route configuration with the virtual hosts that came by themselves, as Envoy shows it.
    private static Any whole(NamedResource routes, ResourceSet live) {
        var prefix = routes.name() + "/";
        var hosts = live.resources(ResourceType.VHDS).values().stream()
                .filter(host -> host.name().lastIndexOf('/') == prefix.length() - 1
                        && host.name().startsWith(prefix))
                .map(host -> host.message(VirtualHost.class))
                .toList();
        if (hosts.isEmpty()) {
            return routes.body();
        }
        var replaced = hosts.stream().map(VirtualHost::getName).collect(Collectors.toSet());
        var message = routes.message(RouteConfiguration.class);
        var whole = message.toBuilder().clearVirtualHosts();
        message.getVirtualHostsList().stream()
                .filter(host -> !replaced.contains(host.getName()))
                .forEach(whole::addVirtualHosts);
        return Any.pack(whole.addAllVirtualHosts(hosts).build());
    }

    private SecretsConfigDump secrets(StaticResources fixed, ResourceSet live) {
        var dump = SecretsConfigDump.newBuilder();
        fixed.getSecretsList().stream()
                .filter(secret -> wanted.name().test(secret.getName()))
                .forEach(secret ->
                        dump.addStaticSecretsBuilder().setName(secret.getName()).setSecret(Any.pack(secret)));
        resources(live, ResourceType.SDS)
                .forEach(resource -> dump.addDynamicActiveSecretsBuilder()
                        .setName(resource.name())
                        .setVersionInfo(resource.version())
                        .setSecret(resource.body()));
        refused(
                ResourceType.SDS,
                (resource, state) -> dump.addDynamicWarmingSecretsBuilder()
                        .setName(resource.name())
                        .setErrorState(state));
        return dump.build();
    }
}
