package io.heddle.xds.client;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.xds.read.RuntimeResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The layers of the runtime that come over ADS (Envoy's RTDS), as a state machine without I/O. They are apart from the
/// rest of the configuration: each counts at once when it comes, and is acknowledged. One that is bad is refused, and
/// the one before stays; one that the server takes back says nothing from then on. Not thread-safe.
final class RuntimeSubscriptions {
    private final RuntimeSink sink;
    private final AdsVariant variant;

    RuntimeSubscriptions(RuntimeSink sink, AdsVariant variant) {
        this.sink = sink;
        this.variant = variant;
    }

    /// Whether a response is for it.
    boolean takes(DeltaDiscoveryResponse response) {
        return !sink.resources().isEmpty() && response.getTypeUrl().equals(RuntimeResource.TYPE_URL);
    }

    /// Whether the rest may be asked for.
    boolean isSettled() {
        return sink.isSettled();
    }

    /// A new stream is open.
    ///
    /// @return the requests to begin it with
    List<DeltaDiscoveryRequest> connected() {
        return sink.resources().isEmpty()
                ? List.of()
                : List.of(DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(RuntimeResource.TYPE_URL)
                        .addAllResourceNamesSubscribe(
                                sink.resources().stream().sorted().toList())
                        .build());
    }

    /// A response arrived.
    ///
    /// @return its answer
    DeltaDiscoveryRequest received(DeltaDiscoveryResponse response) {
        var problems = new ArrayList<Problem>();
        var refused = new HashSet<String>();
        for (var resource : response.getResourcesList()) {
            if (resource.hasResource()) {
                take(resource, problems, refused);
            }
        }
        for (var name : response.getRemovedResourcesList()) {
            if (sink.resources().contains(name)) {
                sink.came(new RuntimeLayer(name, Map.of()), List.of());
            }
        }
        if (variant == AdsVariant.STATE_OF_THE_WORLD && response.getResourcesCount() == 0) {
            refused.addAll(sink.resources()); // It has none; by delta it would name those that it has not.
        }
        if (!refused.isEmpty() || !problems.isEmpty()) {
            sink.refused(refused, problems);
        }
        if (problems.isEmpty()) {
            return DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(RuntimeResource.TYPE_URL)
                    .setResponseNonce(response.getNonce())
                    .build();
        }
        var text = problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
        return Responses.refusal(RuntimeResource.TYPE_URL, response.getNonce(), text);
    }

    /// What nobody asked for is left alone.
    private void take(Resource resource, List<Problem> problems, Set<String> refused) {
        switch (RuntimeResource.read(resource.getResource())) {
            case Checked.Ok<RuntimeLayer> ok
            when sink.resources().contains(ok.value().name()) -> sink.came(ok.value(), ok.warnings());
            case Checked.Ok<RuntimeLayer> _ -> {}
            case Checked.Rejected<RuntimeLayer> bad -> {
                problems.addAll(bad.problems());
                refused.addAll(named(resource));
            }
        }
    }

    /// The layer that a resource which is refused was to be; any where it does not say which.
    private Set<String> named(Resource resource) {
        var name = resource.getName().isEmpty() ? RuntimeResource.name(resource.getResource()) : resource.getName();
        return name.isEmpty() ? sink.resources() : Set.of(name);
    }
}
