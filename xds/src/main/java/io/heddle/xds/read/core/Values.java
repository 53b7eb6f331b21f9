package io.heddle.xds.read.core;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.RuntimeFeatureFlag;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.config.core.v3.SelfConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.Percent;
import io.heddle.traffic.layer.RuntimeCount;
import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.layer.RuntimeKey;
import io.heddle.traffic.layer.RuntimeNumber;
import io.heddle.traffic.layer.RuntimeShare;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads the small things that many messages hold: durations, addresses, shares, texts, metadata.
public final class Values {
    /// An address of a socket.
    public static final Fields<Address> ADDRESS =
            Fields.refusingOthers(Address.class).reads("socket_address");
    private static final Fields<SocketAddress> SOCKET_ADDRESS = Fields.refusingOthers(SocketAddress.class)
            .reads("address", "port_value")
            .limits("protocol", "`TCP` only");
    private static final Fields<FractionalPercent> SHARE =
            Fields.refusingOthers(FractionalPercent.class).reads("numerator", "denominator");
    /// A share of requests that a runtime may override.
    public static final Fields<RuntimeFractionalPercent> FRACTION =
            Fields.ignoringOthers(RuntimeFractionalPercent.class).reads("default_value", "runtime_key");
    /// A percentage.
    public static final Fields<Percent> PERCENT =
            Fields.refusingOthers(Percent.class).limits("value", "0 to 100");
    /// A number that a runtime may override.
    public static final Fields<RuntimeDouble> RUNTIME_DOUBLE =
            Fields.ignoringOthers(RuntimeDouble.class).reads("default_value", "runtime_key");
    /// A whole number that a runtime may override.
    public static final Fields<RuntimeUInt32> RUNTIME_NUMBER =
            Fields.refusingOthers(RuntimeUInt32.class).reads("default_value", "runtime_key");
    private static final Fields<RuntimeFeatureFlag> FLAG =
            Fields.refusingOthers(RuntimeFeatureFlag.class).reads("default_value", "runtime_key");
    /// A text, wherever it stands.
    public static final Fields<DataSource> SOURCE = Fields.refusingOthers(DataSource.class)
            .reads("inline_string", "inline_bytes")
            .limits("filename", "for certificates, keys, trusted authorities, and the texts of answers made here")
            .limits("environment_variable", "for the texts of answers made here")
            .ignores("watched_directory");
    private static final String FILES =
            "of secrets; of routes and endpoints where listeners and clusters are in files too";
    public static final Fields<ConfigSource> CONFIG_SOURCE = Fields.ignoringOthers(ConfigSource.class)
            .reads("ads", "self", "initial_fetch_timeout")
            .limits("resource_api_version", "`V3`, or left out")
            .limits("path", FILES)
            .limits("path_config_source", FILES)
            .refuses("api_config_source");

    /// A file of resources.
    public static final Fields<PathConfigSource> PATH = Fields.refusingOthers(PathConfigSource.class)
            .reads("path")
            .accepts("watched_directory", "the file is read again when it changes");

    private static final Fields<AggregatedConfigSource> ADS = Fields.refusingOthers(AggregatedConfigSource.class);
    private static final Fields<SelfConfigSource> SELF =
            Fields.refusingOthers(SelfConfigSource.class).accepts("transport_api_version", "there is v3 only");

    /// What of small values is read.
    static final List<Fields<?>> FIELDS = List.of(
            ADDRESS,
            SOCKET_ADDRESS,
            SHARE,
            FRACTION,
            PERCENT,
            RUNTIME_DOUBLE,
            RUNTIME_NUMBER,
            FLAG,
            SOURCE,
            CONFIG_SOURCE,
            PATH,
            ADS,
            SELF);

    private static final Duration INITIAL_FETCH_TIMEOUT = Duration.ofSeconds(15);
    private static final int MILLION = 1_000_000;
    private static final int LARGEST_PORT = 65_535;

    private Values() {}

    /// The duration, or `fallback` and an error when it is negative or out of range.
    public static Duration duration(com.google.protobuf.Duration message, Duration fallback, Scope scope) {
        try {
            var duration = Duration.ofSeconds(message.getSeconds(), message.getNanos());
            if (!duration.isNegative() && duration.toDays() < 100_000) {
                return duration;
            }
        } catch (DateTimeException | ArithmeticException _) {
            // reported below
        }
        scope.error("is no duration of 0 or more: " + message.getSeconds() + "s", "write for example 1.5s");
        return fallback;
    }

    /// A host and a port.
    public record HostPort(String host, int port) {}

    /// The host and port of an address; empty, and an error, when it has none.
    public static Optional<HostPort> address(Address message, Scope scope) {
        scope.check(message, ADDRESS);
        if (!message.hasSocketAddress()) {
            if (message.getAddressCase() == Address.AddressCase.ADDRESS_NOT_SET) {
                scope.error("is missing", "set socket_address");
            }
            return Optional.empty();
        }
        return socket(message.getSocketAddress(), scope.at("socket_address"));
    }

    /// The host and port of a socket's address.
    public static Optional<HostPort> socket(SocketAddress socket, Scope here) {
        here.check(socket, SOCKET_ADDRESS);
        if (socket.getProtocol() != SocketAddress.Protocol.TCP) {
            here.at("protocol").error("only TCP is supported", "remove it");
        }
        if (socket.getAddress().isEmpty()) {
            here.at("address").error("is missing", "write an address");
        }
        int port = socket.getPortValue();
        if (port < 0 || port > LARGEST_PORT) {
            here.at("port_value").error("is no port: " + Integer.toUnsignedString(port), "write 0 to 65535");
            return Optional.empty();
        }
        return Optional.of(new HostPort(socket.getAddress(), port));
    }

    /// A share of requests in millionths, 0 to 1,000,000.
    public static int millionths(FractionalPercent message, Scope scope) {
        scope.check(message, SHARE);
        int unit = switch (message.getDenominator()) {
            case HUNDRED -> MILLION / 100;
            case TEN_THOUSAND -> MILLION / 10_000;
            case MILLION -> 1;
            case UNRECOGNIZED -> 0;
        };
        if (unit == 0) {
            scope.at("denominator").error("is not known", "write HUNDRED, TEN_THOUSAND or MILLION");
        }
        return (int) Math.min(MILLION, Integer.toUnsignedLong(message.getNumerator()) * unit);
    }

    /// A percentage, 0 to 100; `fallback`, and an error, when it is none.
    public static double percent(Percent message, double fallback, Scope scope) {
        scope.check(message, PERCENT);
        double value = message.getValue();
        if (value >= 0 && value <= 100) {
            return value;
        }
        scope.error("is no percentage: " + value, "write 0 to 100");
        return fallback;
    }

    /// A share of requests; what is beyond all of them is all.
    public static RuntimeShare share(FractionalPercent message, Scope scope) {
        millionths(message, scope);
        int denominator = switch (message.getDenominator()) {
            case HUNDRED, UNRECOGNIZED -> 100;
            case TEN_THOUSAND -> 10_000;
            case MILLION -> MILLION;
        };
        long numerator = Integer.toUnsignedLong(message.getNumerator());
        return RuntimeShare.of((int) Math.min(numerator, denominator), denominator);
    }

    /// A share of requests that a runtime may override; none of them where nothing is said.
    public static RuntimeShare share(RuntimeFractionalPercent message, Scope scope) {
        scope.check(message, FRACTION);
        return share(message.getDefaultValue(), scope.at("default_value"))
                .overriddenBy(RuntimeKey.of(message.getRuntimeKey()));
    }

    /// A yes or no that a runtime may override; yes where nothing is said.
    public static RuntimeFlag flag(RuntimeFeatureFlag message, Scope scope) {
        scope.check(message, FLAG);
        boolean standard =
                !message.hasDefaultValue() || message.getDefaultValue().getValue();
        return new RuntimeFlag(RuntimeKey.of(message.getRuntimeKey()), standard);
    }

    /// A number that a runtime may override.
    public static RuntimeNumber number(RuntimeDouble message, Scope scope) {
        scope.check(message, RUNTIME_DOUBLE);
        return new RuntimeNumber(RuntimeKey.of(message.getRuntimeKey()), message.getDefaultValue());
    }

    /// A whole number that a runtime may override.
    public static RuntimeCount count(RuntimeUInt32 message, Scope scope) {
        scope.check(message, RUNTIME_NUMBER);
        return new RuntimeCount(
                RuntimeKey.of(message.getRuntimeKey()), Integer.toUnsignedLong(message.getDefaultValue()));
    }

    /// A text given in place; files and variables are refused.
    public static Optional<String> inline(DataSource message, Scope scope) {
        scope.check(message, SOURCE);
        return switch (message.getSpecifierCase()) {
            case INLINE_STRING -> Optional.of(message.getInlineString());
            case INLINE_BYTES -> Optional.of(message.getInlineBytes().toStringUtf8());
            case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET -> {
                scope.error("is not given in place", "set inline_string");
                yield Optional.empty();
            }
        };
    }

    /// The file that a source of configuration names; empty where it names none.
    @SuppressWarnings("deprecation") // `path` came before `path_config_source` and is still written
    public static Optional<String> file(ConfigSource message, Scope scope) {
        return switch (message.getConfigSourceSpecifierCase()) {
            case PATH -> named(message.getPath(), message, scope.at("path"), scope);
            case PATH_CONFIG_SOURCE -> {
                var here = scope.at("path_config_source");
                here.check(message.getPathConfigSource(), PATH);
                yield named(message.getPathConfigSource().getPath(), message, here.at("path"), scope);
            }
            case ADS, SELF, API_CONFIG_SOURCE, CONFIGSOURCESPECIFIER_NOT_SET -> Optional.empty();
        };
    }

    private static Optional<String> named(String path, ConfigSource message, Scope place, Scope scope) {
        scope.check(message, CONFIG_SOURCE);
        if (path.isEmpty()) {
            place.error("is empty", "name a file");
        }
        return Optional.of(path);
    }

    /// Refuses every source of configuration but ADS and files.
    public static void overAdsOrFile(ConfigSource message, Scope scope) {
        if (file(message, scope).isEmpty()) {
            overAds(message, scope);
        } else {
            scope.findings().file(scope);
            initialFetchTimeout(message, scope);
        }
    }

    /// Refuses every source of configuration but ADS.
    @SuppressWarnings("deprecation") // `path` came before `path_config_source` and is still written
    public static void overAds(ConfigSource message, Scope scope) {
        scope.check(message, CONFIG_SOURCE);
        switch (message.getConfigSourceSpecifierCase()) {
            case PATH -> scope.at("path").error("is for secrets only", "use ads: {}");
            case PATH_CONFIG_SOURCE -> scope.at("path_config_source").error("is for secrets only", "use ads: {}");
            case CONFIGSOURCESPECIFIER_NOT_SET -> scope.error("is missing; only ADS is supported", "use ads: {}");
            case ADS, SELF, API_CONFIG_SOURCE -> {} // refused above where it is
        }
        initialFetchTimeout(message, scope);
    }

    /// How long what comes from a source is waited for, 15 seconds if it does not say; zero for ever.
    public static Duration initialFetchTimeout(ConfigSource message, Scope scope) {
        return message.hasInitialFetchTimeout()
                ? duration(message.getInitialFetchTimeout(), INITIAL_FETCH_TIMEOUT, scope.at("initial_fetch_timeout"))
                : INITIAL_FETCH_TIMEOUT;
    }

    /// The text `key` in the metadata of `filter`; empty without.
    public static Optional<String> metadata(Metadata message, String filter, String key) {
        var struct = message.getFilterMetadataMap().get(filter);
        if (struct == null) {
            return Optional.empty();
        }
        var value = struct.getFieldsMap().get(key);
        return value != null && value.hasStringValue() ? Optional.of(value.getStringValue()) : Optional.empty();
    }
}
