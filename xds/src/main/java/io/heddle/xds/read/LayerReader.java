package io.heddle.xds.read;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.core.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads layers of a runtime. As in Envoy a list or nothing at all is no value, and is refused; what says nothing to
/// anybody is told of, and shown.
final class LayerReader {
    private static final Fields<LayeredRuntime> RUNTIME =
            Fields.ignoringOthers(LayeredRuntime.class).reads("layers");
    private static final Fields<io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer> LAYER = Fields.refusingOthers(
                    io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer.class)
            .reads("name", "static_layer", "disk_layer", "admin_layer", "rtds_layer");
    private static final Fields<DiskLayer> DISK =
            Fields.refusingOthers(DiskLayer.class).reads("symlink_root", "subdirectory", "append_service_cluster");
    private static final Fields<AdminLayer> ADMIN = Fields.refusingOthers(AdminLayer.class);
    private static final Fields<RtdsLayer> RTDS =
            Fields.refusingOthers(RtdsLayer.class).reads("name").limits("rtds_config", "`ads` only");
    private static final Fields<Runtime> RESOURCE =
            Fields.refusingOthers(Runtime.class).reads("name", "layer");

    /// What of layers is read.
    static final List<Fields<?>> FIELDS = List.of(RUNTIME, LAYER, DISK, ADMIN, RTDS, RESOURCE);

    private LayerReader() {}

    /// The layers of a bootstrap. Where it has a runtime without any, the admin interface may still change it.
    static List<LayerSource> sources(LayeredRuntime message, Scope scope) {
        scope.check(message, RUNTIME);
        if (message.getLayersCount() == 0) {
            return List.of(new LayerSource.Admin(""));
        }
        var sources = new ArrayList<LayerSource>();
        var names = new HashSet<String>();
        boolean hasAdmin = false;
        for (int i = 0; i < message.getLayersCount(); i++) {
            var here = scope.at("layers", i);
            var found = source(message.getLayers(i), here);
            if (!names.add(message.getLayers(i).getName())) {
                here.at("name").error("stands twice: " + message.getLayers(i).getName(), "rename one of the layers");
            }
            if (hasAdmin && found.orElse(null) instanceof LayerSource.Admin) {
                here.at("admin_layer").error("stands twice", "keep one: there is one admin interface");
            }
            hasAdmin |= found.orElse(null) instanceof LayerSource.Admin;
            found.ifPresent(sources::add);
        }
        return sources;
    }

    private static Optional<LayerSource> source(
            io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer message, Scope scope) {
        scope.check(message, LAYER);
        if (message.getName().isEmpty()) {
            scope.at("name").error("is missing", "name the layer");
        }
        return switch (message.getLayerSpecifierCase()) {
            case STATIC_LAYER ->
                Optional.of(new LayerSource.Fixed(
                        layer(message.getName(), message.getStaticLayer(), scope.at("static_layer"))));
            case DISK_LAYER -> Optional.of(disk(message.getName(), message.getDiskLayer(), scope.at("disk_layer")));
            case ADMIN_LAYER -> {
                scope.at("admin_layer").check(message.getAdminLayer(), ADMIN);
                yield Optional.of(new LayerSource.Admin(message.getName()));
            }
            case RTDS_LAYER -> Optional.of(rtds(message.getName(), message.getRtdsLayer(), scope.at("rtds_layer")));
            case LAYERSPECIFIER_NOT_SET -> {
                scope.error("says nothing", "set static_layer, disk_layer, admin_layer or rtds_layer");
                yield Optional.empty();
            }
        };
    }

    private static LayerSource disk(String name, DiskLayer message, Scope scope) {
        scope.check(message, DISK);
        if (message.getSymlinkRoot().isEmpty()) {
            scope.at("symlink_root").error("is missing", "name the link whose replacement changes the layer");
        }
        if (message.getSymlinkRoot().indexOf(0) >= 0
                || message.getSubdirectory().indexOf(0) >= 0) {
            scope.error("is no path", "write paths without NUL");
        }
        return new LayerSource.Disk(
                name, message.getSymlinkRoot(), message.getSubdirectory(), message.getAppendServiceCluster());
    }

    private static LayerSource rtds(String name, RtdsLayer message, Scope scope) {
        scope.check(message, RTDS);
        if (message.getName().isEmpty()) {
            scope.at("name").error("is missing", "name the resource that the layer is");
        }
        var here = scope.at("rtds_config");
        Values.overAds(message.getRtdsConfig(), here);
        return new LayerSource.Discovered(
                name, message.getName(), Values.initialFetchTimeout(message.getRtdsConfig(), here));
    }

    /// The layer that was sent, under the resource's name.
    static RuntimeLayer resource(Runtime message, Scope scope) {
        scope.check(message, RESOURCE);
        return layer(message.getName(), message.getLayer(), scope.at("layer"));
    }

    /// The layer that a message says: a key may be written with dots, or as objects in objects.
    private static RuntimeLayer layer(String name, Struct message, Scope scope) {
        var values = new HashMap<String, RuntimeValue>();
        add("", message, values, scope);
        return new RuntimeLayer(name, values);
    }

    private static void add(String prefix, Struct message, Map<String, RuntimeValue> values, Scope scope) {
        message.getFieldsMap().forEach((name, value) -> {
            var key = prefix + name;
            if (value.hasStructValue() && !isShare(value.getStructValue())) {
                add(key + ".", value.getStructValue(), values, scope);
                return;
            }
            var here = scope.at(key);
            var found = value(value, here);
            if (found.isPresent() && values.put(key, found.get()) != null) {
                here.warning("stands twice, of which the last one counts", "remove one of them");
            }
        });
    }

    /// What has no fields says none of all requests.
    private static boolean isShare(Struct message) {
        return message.getFieldsCount() == 0
                || message.containsFields(RuntimeText.NUMERATOR)
                || message.containsFields(RuntimeText.DENOMINATOR);
    }

    private static Optional<RuntimeValue> value(Value value, Scope scope) {
        return switch (value.getKindCase()) {
            case NUMBER_VALUE -> Optional.of(number(value.getNumberValue(), scope));
            case BOOL_VALUE ->
                Optional.of(RuntimeValue.of(Boolean.toString(value.getBoolValue()), value.getBoolValue()));
            case STRING_VALUE -> Optional.of(text(value.getStringValue(), scope));
            case STRUCT_VALUE -> Optional.of(share(value.getStructValue(), scope));
            case LIST_VALUE, NULL_VALUE, KIND_NOT_SET -> {
                scope.error("is no value of a runtime", "write a number, true or false, a text, or a share");
                yield Optional.empty();
            }
        };
    }

    private static RuntimeValue number(double number, Scope scope) {
        if (!Double.isFinite(number)) {
            scope.warning("is no finite number, so it has no effect", "write a number");
        }
        return RuntimeValue.of(RuntimeText.number(number), number);
    }

    /// In quotes only a number says something, as in Envoy.
    private static RuntimeValue text(String text, Scope scope) {
        var number = RuntimeText.number(text);
        if (number.isEmpty()) {
            scope.warning(
                    "is a text that is no number, so it has no effect",
                    "write a number, true or false without quotes, or a share with numerator and denominator");
        }
        return number.isEmpty() ? RuntimeValue.of(text) : RuntimeValue.of(text, number.getAsDouble());
    }

    private static RuntimeValue share(Struct message, Scope scope) {
        var fields = new HashMap<String, Object>();
        message.getFieldsMap().forEach((name, value) -> {
            switch (value.getKindCase()) {
                case NUMBER_VALUE -> fields.put(name, value.getNumberValue());
                case STRING_VALUE -> fields.put(name, value.getStringValue());
                case BOOL_VALUE, STRUCT_VALUE, LIST_VALUE, NULL_VALUE, KIND_NOT_SET -> fields.put(name, Map.of());
            }
        });
        var share = RuntimeText.share(fields);
        var text = RuntimeText.words(fields);
        if (share.isEmpty()) {
            scope.warning(
                    "is no share of requests, so it has no effect",
                    "write numerator: a whole number of 0 or more, denominator: HUNDRED, TEN_THOUSAND or MILLION");
        }
        return share.map(found -> RuntimeValue.of(text, found)).orElseGet(() -> RuntimeValue.of(text));
    }
}
