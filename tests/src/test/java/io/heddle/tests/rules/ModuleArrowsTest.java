package io.heddle.tests.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every pom lists only the arrows that the design allows, and each heavy library stands in the one module that owns
/// it.
class ModuleArrowsTest {
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("model", Set.of()),
            Map.entry("dialect", Set.of("model")),
            Map.entry("traffic", Set.of("model")),
            Map.entry("xds-api", Set.of()),
            Map.entry("xds", Set.of("model", "traffic", "xds-api")),
            Map.entry("xds-server", Set.of("model", "xds-api", "xds")),
            Map.entry("proxy", Set.of("model", "traffic", "xds")),
            Map.entry("control", Set.of("model", "dialect", "traffic", "xds", "xds-server")),
            Map.entry("dashboard", Set.of()),
            Map.entry(
                    "cli",
                    Set.of(
                            "model",
                            "dialect",
                            "traffic",
                            "xds",
                            "xds-server",
                            "proxy",
                            "control",
                            "dashboard",
                            "demo")),
            Map.entry("demo", Set.of()),
            Map.entry("bench", Set.of("model", "traffic", "xds", "proxy")));

    /// Library (by group) → the modules whose production code may use it.
    private static final Map<String, Set<String>> OWNERS = Map.of(
            "io.netty", Set.of("proxy"),
            "com.aayushatharva.brotli4j", Set.of("proxy"),
            "com.github.luben", Set.of("proxy"),
            "io.grpc", Set.of("xds-server"),
            "com.google.protobuf", Set.of("xds", "xds-api"),
            "com.h2database", Set.of("control"),
            "org.bouncycastle", Set.of("control"),
            "info.picocli", Set.of("cli"),
            "org.jline", Set.of("cli"),
            "com.google.re2j", Set.of("traffic", "dialect"));

    private static final Pattern DEPENDENCY = Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);
    private static final Pattern GROUP = Pattern.compile("<groupId>([^<]+)</groupId>");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");

    static List<String> modules() {
        return List.copyOf(new TreeSet<>(ALLOWED.keySet()));
    }

    @ParameterizedTest
    @MethodSource("modules")
    void a_pom_lists_only_allowed_arrows(String module) {
        var wrong = new ArrayList<String>();
        for (var dependency : productionDependencies(module)) {
            boolean ours = dependency.startsWith("io.heddle:heddle-");
            if (ours
                    && !ALLOWED.getOrDefault(module, Set.of())
                            .contains(dependency.substring("io.heddle:heddle-".length()))) {
                wrong.add(module + " → " + dependency);
            }
        }
        assertThat(wrong).as("arrows that the design does not draw").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void a_heavy_library_stands_only_in_the_module_that_owns_it(String module) {
        var wrong = new ArrayList<String>();
        for (var dependency : productionDependencies(module)) {
            var owners = OWNERS.get(dependency.substring(0, dependency.indexOf(':')));
            if (owners != null && !owners.contains(module)) {
                wrong.add(module + " uses " + dependency + ", which belongs to " + owners);
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void nothing_that_a_proxy_depends_on_brings_grpc_java() {
        var reached = new TreeSet<>(Set.of("proxy"));
        var next = new ArrayDeque<>(reached);
        while (!next.isEmpty()) {
            for (var dependency : productionDependencies(next.remove())) {
                assertThat(dependency).doesNotStartWith("io.grpc:");
                if (dependency.startsWith("io.heddle:heddle-")) {
                    var module = dependency.substring("io.heddle:heddle-".length());
                    if (reached.add(module)) {
                        next.add(module);
                    }
                }
            }
        }
        assertThat(reached).containsExactly("model", "proxy", "traffic", "xds", "xds-api");
    }

    private static List<String> productionDependencies(String module) {
        var pom = Repository.text(Repository.root().resolve(module).resolve("pom.xml"));
        int build = pom.indexOf("<build>");
        var found = new ArrayList<String>();
        var matcher = DEPENDENCY.matcher(build < 0 ? pom : pom.substring(0, build));
        while (matcher.find()) {
            var block = matcher.group(1);
            if (!block.contains("<scope>test</scope>")) {
                found.add(first(GROUP, block) + ":" + first(ARTIFACT, block));
            }
        }
        return found;
    }

    private static String first(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return matcher.group(1);
    }
}
