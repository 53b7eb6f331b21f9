package io.heddle.xds.read;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.StaticResources;
import io.envoyproxy.envoy.config.bootstrap.v3.ClusterManager;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.Cluster;
import io.heddle.traffic.runtime.Home;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.file.FileReason;
import io.heddle.xds.file.TextFile;
import io.heddle.xds.read.cluster.EndpointReader;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.GrpcServiceReader;
import io.heddle.xds.read.core.HttpProtocols;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import io.heddle.xds.schema.Schema;
import io.heddle.xds.schema.TreeMessage;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads an Envoy v3 bootstrap from YAML or JSON. Thread-safe.
public final class BootstrapReader {
    private static final Fields<io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap> BOOTSTRAP = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.class)
            .reads("node", "admin", "static_resources", "dynamic_resources")
            .reads("overload_manager", "cluster_manager")
            .reads("layered_runtime")
            .refuses("default_config_source", "config_sources");
    private static final Fields<StaticResources> STATIC_RESOURCES =
            Fields.refusingOthers(StaticResources.class).reads("listeners", "clusters", "secrets");
    private static final Fields<DynamicResources> DYNAMIC_RESOURCES = Fields.refusingOthers(DynamicResources.class)
            .limits("lds_config", "`ads`, or a file; both in the same way")
            .limits("cds_config", "`ads`, or a file; both in the same way")
            .reads("ads_config");
    private static final Fields<Node> NODE = Fields.ignoringOthers(Node.class)
            .reads("id", "cluster", "metadata")
            .limits("locality", "for balancing by locality; not told to the xDS server")
            .accepts("user_agent_name", "Heddle tells its own");
    private static final Fields<io.envoyproxy.envoy.config.bootstrap.v3.Admin> ADMIN = Fields.ignoringOthers(
                    io.envoyproxy.envoy.config.bootstrap.v3.Admin.class)
            .reads("address");
    private static final Fields<ApiConfigSource> API_CONFIG_SOURCE = Fields.ignoringOthers(ApiConfigSource.class)
            .limits("api_type", "`GRPC` and `DELTA_GRPC`")
            .limits("transport_api_version", "`V3` only")
            .reads("grpc_services")
            .reads("set_node_on_first_message_only");
    private static final Fields<ClusterManager> CLUSTER_MANAGER = Fields.ignoringOthers(ClusterManager.class)
            .limits("local_cluster_name", "a cluster that is known")
            .reads("outlier_detection");
    private static final Fields<ClusterManager.OutlierDetection> EJECTIONS =
            Fields.ignoringOthers(ClusterManager.OutlierDetection.class).reads("event_log_path");

    /// What of a bootstrap is read.
    static final List<Fields<?>> FIELDS = List.of(
            BOOTSTRAP, STATIC_RESOURCES, DYNAMIC_RESOURCES, NODE, CLUSTER_MANAGER, EJECTIONS, ADMIN, API_CONFIG_SOURCE);

    private static final String OBJECT = "Bootstrap";
    private static final int LARGEST_RESPONSE = 256 * 1024 * 1024;

    private BootstrapReader() {}

    /// Reads the file, UTF-8. Each problem that refuses it names the file before its object.
    public static Checked<Bootstrap> read(Path file) {
        try {
            return switch (read(Files.readString(file))) {
                case Checked.Ok<Bootstrap> ok -> ok;
                case Checked.Rejected<Bootstrap>(List<Problem> problems) ->
                    new Checked.Rejected<>(problems.stream()
                            .map(problem -> inFile(file, problem))
                            .toList());
            };
        } catch (CharacterCodingException _) {
            return refused(file + " is not UTF-8", "save it as UTF-8");
        } catch (IOException e) {
            return refused("cannot read " + FileReason.of(e), "check the path and its permissions");
        }
    }

    private static Problem inFile(Path file, Problem problem) {
        return new Problem(
                problem.severity(), file + ": " + problem.object(), problem.path(), problem.reason(), problem.remedy());
    }

    /// Reads YAML or JSON.
    public static Checked<Bootstrap> read(String text) {
        YamlTree tree;
        try {
            tree = YamlTree.read(text);
        } catch (YamlEngineException e) {
            return refused(
                    "is no YAML or JSON: " + YamlTree.words(e),
                    "mend the file; YAML is indented with spaces, not tabs");
        }
        var findings = new Findings();
        var scope = new Scope(findings, OBJECT, "");
        try {
            var message = message(tree.root(), findings);
            return findings.problems().isEmpty()
                    ? Checked.of(read(message, text, scope), findings.problems())
                    : new Checked.Rejected<>(findings.problems());
        } catch (InvalidProtocolBufferException e) {
            return refused("is no Envoy bootstrap: " + e.getMessage(), "see Envoy's bootstrap.v3.Bootstrap");
        } catch (TreeMessage.TooLarge e) {
            return refused(String.valueOf(e.getMessage()), "make it smaller");
        }
    }

    /// The message of a text that has been read before.
    static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap parse(String text) throws InvalidProtocolBufferException {
        return message(YamlTree.read(text).root(), new Findings());
    }

    private static io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message(@Nullable Object tree, Findings findings)
            throws InvalidProtocolBufferException {
        return io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.parseFrom(TreeMessage.bytes(
                Schema.envoy(),
                Schema.fullName(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.class),
                tree,
                (path, reason, remedy) -> findings.add(Problem.error(OBJECT, path, reason, remedy))));
    }

    private static Checked<Bootstrap> refused(String reason, String remedy) {
        return Checked.rejected(Problem.error(OBJECT, "", reason, remedy));
    }

    static Bootstrap read(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message, String text, Scope scope) {
        scope.check(message, BOOTSTRAP);
        var resources = message.getStaticResources();
        scope.at("static_resources").check(resources, STATIC_RESOURCES);
        var fixed = RuntimeCompiler.fixed(
                resources.getListenersList(), resources.getClustersList(), resources.getSecretsList(), scope);
        scope.findings().refuseFiles();
        var dynamic = message.getDynamicResources();
        var files = files(dynamic, scope.at("dynamic_resources"));
        var ads = message.hasDynamicResources() && files.isEmpty()
                ? ads(dynamic, fixed, scope.at("dynamic_resources"))
                : Optional.<Bootstrap.AdsTarget>empty();
        if (!message.hasDynamicResources()) {
            scope.findings().checkMentions(fixed.clusters().keySet(), true);
        }
        fixed.clusters()
                .values()
                .forEach(cluster -> HttpProtocols.check(cluster, scope.of("Cluster " + cluster.name())));
        var runtime = message.hasLayeredRuntime()
                ? LayerReader.sources(message.getLayeredRuntime(), scope.at("layered_runtime"))
                : List.<LayerSource>of();
        boolean discovers = runtime.stream().anyMatch(LayerSource.Discovered.class::isInstance);
        if (discovers && files.isPresent()) {
            scope.at("layered_runtime")
                    .error(
                            "has a layer that comes over ADS, and configuration comes from files",
                            "write it as a static_layer or disk_layer, or take all configuration over ADS");
        } else if (discovers && !message.hasDynamicResources()) {
            scope.at("layered_runtime")
                    .error("has a layer that comes over ADS", "name the server in dynamic_resources");
        }
        return new Bootstrap(
                node(message.getNode(), scope.at("node")),
                admin(message, scope),
                fixed,
                ads,
                files,
                home(message, fixed, scope),
                ejections(message.getClusterManager(), scope.at("cluster_manager.outlier_detection")),
                OverloadReader.read(message.getOverloadManager(), scope.at("overload_manager")),
                runtime,
                text);
    }

    private static Home home(
            io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message, RuntimeConfig fixed, Scope scope) {
        var here = scope.at("cluster_manager");
        here.check(message.getClusterManager(), CLUSTER_MANAGER);
        var name = message.getClusterManager().getLocalClusterName();
        boolean missing = !name.isEmpty()
                && !message.hasDynamicResources()
                && !fixed.clusters().containsKey(name);
        if (missing) {
            here.at("local_cluster_name").error("there is no cluster " + name, "add the cluster");
        }
        return new Home(EndpointReader.locality(message.getNode().getLocality()), name);
    }

    private static Optional<String> ejections(ClusterManager message, Scope scope) {
        scope.check(message.getOutlierDetection(), EJECTIONS);
        var path = message.getOutlierDetection().getEventLogPath();
        return path.isEmpty() ? Optional.empty() : Optional.of(path);
    }

    private static Bootstrap.Node node(Node message, Scope scope) {
        scope.check(message, NODE);
        return new Bootstrap.Node(message.getId(), message.getCluster(), map(message.getMetadata()));
    }

    private static Map<String, Object> map(Struct struct) {
        var map = new LinkedHashMap<String, Object>();
        struct.getFieldsMap().forEach((key, value) -> plain(value).ifPresent(found -> map.put(key, found)));
        return map;
    }

    /// The value without protobuf; empty for null.
    private static Optional<Object> plain(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> Optional.of(value.getStringValue());
            case NUMBER_VALUE -> Optional.of(value.getNumberValue());
            case BOOL_VALUE -> Optional.of(value.getBoolValue());
            case STRUCT_VALUE -> Optional.of(map(value.getStructValue()));
            case LIST_VALUE -> {
                var list = new ArrayList<Object>();
                value.getListValue().getValuesList().forEach(item -> plain(item).ifPresent(list::add));
                yield Optional.of(List.copyOf(list));
            }
            case NULL_VALUE, KIND_NOT_SET -> Optional.empty();
        };
    }

    private static Optional<Bootstrap.Admin> admin(
            io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message, Scope scope) {
        if (!message.hasAdmin()) {
            return Optional.empty();
        }
        var here = scope.at("admin");
        here.check(message.getAdmin(), ADMIN);
        return Values.address(message.getAdmin().getAddress(), here.at("address"))
                .map(found -> new Bootstrap.Admin(found.host(), found.port()));
    }

    /// The files that listeners and clusters are in; empty where they come over ADS.
    private static Optional<Bootstrap.ConfigFiles> files(DynamicResources message, Scope scope) {
        var files = new Bootstrap.ConfigFiles(
                Values.file(message.getLdsConfig(), scope.at("lds_config")),
                Values.file(message.getCdsConfig(), scope.at("cds_config")));
        if (files.isNone()) {
            return Optional.empty();
        }
        scope.check(message, DYNAMIC_RESOURCES);
        boolean mixed = message.hasAdsConfig()
                || (message.hasLdsConfig() && files.listeners().isEmpty())
                || (message.hasCdsConfig() && files.clusters().isEmpty());
        if (mixed) {
            scope.error(
                    "takes configuration from files and over ADS",
                    "name files in lds_config and cds_config and leave ads_config out, or take all of it over ADS");
        }
        files.listeners().ifPresent(path -> exists(path, scope.at("lds_config")));
        files.clusters().ifPresent(path -> exists(path, scope.at("cds_config")));
        return Optional.of(files);
    }

    /// As Envoy, which starts with no file that is not there.
    private static void exists(String path, Scope scope) {
        TextFile.bytes("file " + TextFile.shown(path), path)
                .problems()
                .forEach(problem -> scope.error(problem.reason(), problem.remedy()));
    }

    private static Optional<Bootstrap.AdsTarget> ads(DynamicResources message, RuntimeConfig fixed, Scope scope) {
        if (message.hasLdsConfig()) {
            Values.overAds(message.getLdsConfig(), scope.at("lds_config"));
        }
        if (message.hasCdsConfig()) {
            Values.overAds(message.getCdsConfig(), scope.at("cds_config"));
        }
        scope.check(message, DYNAMIC_RESOURCES);
        if (!message.hasAdsConfig()) {
            scope.at("ads_config").error("is missing", "name the ADS server");
            return Optional.empty();
        }
        var clusters = Values.initialFetchTimeout(message.getCdsConfig(), scope.at("cds_config"));
        return target(message.getAdsConfig(), fixed, scope.at("ads_config"))
                .map(found -> found.waitingForClusters(clusters));
    }

    private static Optional<Bootstrap.AdsTarget> target(ApiConfigSource message, RuntimeConfig fixed, Scope scope) {
        scope.check(message, API_CONFIG_SOURCE);
        if (message.getTransportApiVersion() != ApiVersion.V3) {
            scope.at("transport_api_version").error("only V3 is supported", "write V3");
        }
        boolean delta = message.getApiType() == ApiConfigSource.ApiType.DELTA_GRPC;
        if (!delta && message.getApiType() != ApiConfigSource.ApiType.GRPC) {
            scope.at("api_type").error(message.getApiType() + " is not supported", "write GRPC or DELTA_GRPC");
        }
        if (message.getGrpcServicesCount() != 1) {
            scope.at("grpc_services").error("is not one service", "name one cluster by envoy_grpc");
            return Optional.empty();
        }
        var service =
                GrpcServiceReader.read(message.getGrpcServices(0), LARGEST_RESPONSE, scope.at("grpc_services", 0));
        if (service.isEmpty()) {
            return Optional.empty();
        }
        var name = service.get().cluster();
        var cluster = Optional.ofNullable(fixed.clusters().get(name));
        if (cluster.isEmpty() || cluster.get().endpoints().endpoints().isEmpty()) {
            scope.at("grpc_services").error("cluster " + name + " has no endpoint in this bootstrap", "add it");
            return Optional.empty();
        }
        if (cluster.get().protocol() == Cluster.Protocol.HTTP1) {
            scope.at("grpc_services")
                    .error(
                            "cluster " + name + " speaks HTTP/1.1, and gRPC needs HTTP/2",
                            "give it http2_protocol_options in its HttpProtocolOptions");
            return Optional.empty();
        }
        boolean nodeOnce = message.getSetNodeOnFirstMessageOnly();
        return Optional.of(new Bootstrap.AdsTarget(service.get(), cluster.get(), delta, nodeOnce, Duration.ZERO));
    }
}
