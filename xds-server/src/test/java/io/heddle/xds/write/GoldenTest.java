package io.heddle.xds.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Compares what is written for the views of [GoldenViews] with the files in `testdata/cases/xds/<name>/expect`.
/// `-Dheddle.golden=write` writes the files anew.
final class GoldenTest {
    private static final Path CASES = Path.of("..", "testdata", "cases", "xds");
    private static final TypeRegistry TYPES = TypeRegistry.newBuilder()
            .add(Listener.getDescriptor())
            .add(Cluster.getDescriptor())
            .add(RouteConfiguration.getDescriptor())
            .add(ClusterLoadAssignment.getDescriptor())
            .add(Secret.getDescriptor())
            .add(HttpConnectionManager.getDescriptor())
            .add(FileAccessLog.getDescriptor())
            .add(HTTPFault.getDescriptor())
            .add(Router.getDescriptor())
            .add(RBAC.getDescriptor())
            .add(TlsInspector.getDescriptor())
            .add(OriginalDst.getDescriptor())
            .add(OriginalSrc.getDescriptor())
            .add(HttpInspector.getDescriptor())
            .add(TcpProxy.getDescriptor())
            .add(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor())
            .add(UpstreamTlsContext.getDescriptor())
            .add(DownstreamTlsContext.getDescriptor())
            .add(PreviousHostsPredicate.getDescriptor())
            .add(HttpProtocolOptions.getDescriptor())
            .build();

    static Stream<String> names() {
        return GoldenViews.ALL.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void writes_what_the_case_expects(String name) throws IOException {
        var view = GoldenViews.named(name);
        var translated =
                new MeshTranslator("-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n").translate(view);
        assertThat(translated.resources(ResourceType.VHDS))
                .as("virtual hosts go with their routes")
                .isEmpty();
        for (var type : EnumSet.complementOf(EnumSet.of(ResourceType.VHDS))) {
            var file = CASES.resolve(name).resolve("expect").resolve(type + ".json");
            var written = json(translated, type);
            if ("write".equals(System.getProperty("heddle.golden"))) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, written);
            }
            assertThat(written).as("%s %s", name, type).isEqualTo(Files.readString(file));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void equal_views_make_equal_bytes(String name) {
        var view = GoldenViews.named(name);
        var one = new MeshTranslator("root").translate(view);
        var other = new MeshTranslator("root").translate(view);
        assertThat(other).isEqualTo(one);
        assertThat(other.version()).isEqualTo(one.version());
    }

    private static String json(ResourceSet set, ResourceType type) throws IOException {
        var printer = JsonFormat.printer().usingTypeRegistry(TYPES).sortingMapKeys();
        var text = new StringBuilder("[\n");
        for (var resource : set.resources(type).values()) {
            text.append(text.length() > 2 ? ",\n" : "").append(printer.print(resource.body()));
        }
        return text.append("\n]\n").toString();
    }
}
