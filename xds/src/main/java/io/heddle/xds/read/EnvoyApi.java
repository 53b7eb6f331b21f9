package io.heddle.xds.read;

import io.heddle.xds.read.cluster.ClusterApi;
import io.heddle.xds.read.core.ApiPart;
import io.heddle.xds.read.core.CoreApi;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.filter.FilterApi;
import io.heddle.xds.read.listener.ListenerApi;
import io.heddle.xds.read.route.RouteApi;
import io.heddle.xds.read.tls.TlsApi;
import java.util.List;
import java.util.stream.Stream;

/// Every kind of message that is read, in the order of `docs/reference/envoy-api.md`.
final class EnvoyApi {
    private static final List<ApiPart> BOOTSTRAP = List.of(
            new ApiPart("Bootstrap", BootstrapReader.FIELDS),
            new ApiPart("Runtime", LayerReader.FIELDS),
            new ApiPart("Overload manager", OverloadReader.FIELDS));

    static final List<ApiPart> PARTS = Stream.of(
                    BOOTSTRAP,
                    ListenerApi.PARTS,
                    FilterApi.PARTS,
                    RouteApi.PARTS,
                    ClusterApi.PARTS,
                    TlsApi.PARTS,
                    CoreApi.PARTS)
            .flatMap(List::stream)
            .toList();

    private EnvoyApi() {}

    static Stream<Fields<?>> fields() {
        return PARTS.stream().flatMap(part -> part.fields().stream());
    }
}
