package io.heddle.tests.rules;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How code looks in this house: packages without cycles, pure modules, names, sizes.
class CodeShapeTest {
    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Impl|Base|Abstract|Utils?|Helper|Manager|Common)([A-Z].*)?$");
    private static final int LONGEST_FILE = 500;

    private static JavaClasses house;

    @BeforeAll
    static void read_all_classes() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.heddle");
        assertThat(house).hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "dialect", "traffic", "xds", "proxy", "control", "cli"})
    void packages_of_a_module_form_no_cycle(String module) {
        slices().matching("io.heddle." + module + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(house);
    }

    @ParameterizedTest
    @ValueSource(strings = {"traffic", "xds", "proxy"})
    void packages_within_a_package_form_no_cycle(String module) {
        slices().matching("io.heddle." + module + ".(**)")
                .should()
                .beFreeOfCycles()
                .check(house);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "control"})
    void no_package_sees_its_modules_root(String module) {
        var root = DescribedPredicate.describe(
                "the root package of " + module,
                (JavaClass type) -> type.getPackageName().equals("io.heddle." + module));
        noClasses()
                .that(resideInAPackage("io.heddle." + module + ".*.."))
                .should()
                .dependOnClassesThat(root)
                .check(house);
    }

    @Test
    void proxy_and_control_never_meet() {
        noClasses()
                .that(resideInAPackage("io.heddle.proxy.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.heddle.control.."))
                .check(house);
        noClasses()
                .that(resideInAPackage("io.heddle.control.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.heddle.proxy.."))
                .check(house);
    }

    @Test
    void decisions_know_neither_resources_nor_views() {
        noClasses()
                .that(resideInAPackage("io.heddle.traffic.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.heddle.model.resource..", "io.heddle.model.view.."))
                .check(house);
    }

    @Test
    void pure_modules_do_no_io_and_ask_no_clock() {
        var pure = resideInAnyPackage("io.heddle.model..", "io.heddle.dialect..", "io.heddle.traffic..");
        noClasses()
                .that(pure)
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.nio.channels..",
                        "java.nio.file..",
                        "java.net.http..",
                        "org.slf4j..",
                        "java.util.logging.."))
                .check(house);
        noClasses().that(pure).should().callMethod(System.class, "nanoTime").check(house);
        noClasses()
                .that(pure)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .check(house);
        noClasses()
                .that(pure)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(java.util.concurrent.ThreadLocalRandom.class)
                .check(house);
    }

    @Test
    void protobuf_and_grpc_stay_behind_the_boundary() {
        noClasses()
                .that(resideInAnyPackage(
                        "io.heddle.model..",
                        "io.heddle.dialect..",
                        "io.heddle.traffic..",
                        "io.heddle.proxy..",
                        "io.heddle.control..",
                        "io.heddle.cli.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.google.protobuf..", "io.grpc..", "io.envoyproxy.."))
                .check(house);
    }

    @Test
    void readers_are_seen_by_readers_alone() {
        noClasses()
                .that(resideInAPackage("io.heddle.."))
                .and()
                .resideOutsideOfPackage("io.heddle.xds.read..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.heddle.xds.read.core..",
                        "io.heddle.xds.read.tls..",
                        "io.heddle.xds.read.cluster..",
                        "io.heddle.xds.read.route..",
                        "io.heddle.xds.read.listener.."))
                .check(house);
    }

    @Test
    void grpc_java_stays_with_who_serves_xds() {
        noClasses()
                .that(resideInAPackage("io.heddle.."))
                .and()
                .resideOutsideOfPackage("io.heddle.xds.server..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.grpc.."))
                .check(house);
        noClasses()
                .that(resideInAPackage("io.heddle.proxy.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.heddle.xds.server..", "io.heddle.xds.write.."))
                .check(house);
    }

    @Test
    void netty_stays_in_the_proxy() {
        noClasses()
                .that(resideInAnyPackage(
                        "io.heddle.model..",
                        "io.heddle.dialect..",
                        "io.heddle.traffic..",
                        "io.heddle.control..",
                        "io.heddle.cli.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty.."))
                .check(house);
    }

    @Test
    void names_say_what_a_class_is() {
        var banned = DescribedPredicate.describe(
                "have a name that says nothing",
                (JavaClass type) -> BANNED_NAME.matcher(type.getSimpleName()).matches());
        var bad = house.stream()
                .filter(type -> type.getPackageName().startsWith("io.heddle")
                        && !type.getPackageName().startsWith("io.heddle.xds.ca"))
                .filter(banned)
                .map(JavaClass::getFullName)
                .toList();
        assertThat(bad).isEmpty();
    }

    @Test
    void every_package_says_what_lives_there() {
        var missing = new ArrayList<Path>();
        for (var file : Repository.javaFiles()) {
            var folder = file.getParent();
            boolean production = file.toString().contains("/src/main/java/");
            if (production && folder != null && !Files.exists(folder.resolve("package-info.java"))) {
                missing.add(folder);
            }
        }
        assertThat(missing).as("packages without a package-info.java").isEmpty();
    }

    @Test
    void no_file_is_longer_than_five_hundred_lines() {
        var tooLong = new ArrayList<String>();
        for (var file : Repository.javaFiles()) {
            long lines = Repository.text(file).lines().count();
            if (lines > LONGEST_FILE) {
                tooLong.add(Repository.root().relativize(file) + ": " + lines);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void tests_neither_sleep_nor_hide() {
        var bad = new ArrayList<String>();
        var words = List.of("Thread." + "sleep", "@" + "Disabled", "@" + "Ignore");
        for (var file : Repository.javaFiles()) {
            var text = Repository.text(file);
            if (file.toString().contains("/src/test/") && words.stream().anyMatch(text::contains)) {
                bad.add(Repository.root().relativize(file).toString());
            }
        }
        assertThat(bad).isEmpty();
    }
}
