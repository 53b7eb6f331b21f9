package io.heddle.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeImageTest {
    @Test
    void only_the_providers_of_the_linked_modules_stay_numbered_without_a_gap() {
        assertThat(RuntimeImage.trimmed(List.of(
                        "# providers",
                        "security.provider.1=SUN",
                        "security.provider.2=SunPKCS11",
                        "security.provider.3=SunJCE",
                        "ssl.KeyManagerFactory.algorithm=SunX509")))
                .containsExactly(
                        "# providers",
                        "security.provider.1=SUN",
                        "security.provider.2=SunJCE",
                        "ssl.KeyManagerFactory.algorithm=SunX509");
    }

    @Test
    void every_module_is_one_of_this_jdk() {
        assertThat(RuntimeImage.MODULES)
                .allSatisfy(name -> assertThat(ModuleLayer.boot().configuration().modules().stream()
                                        .anyMatch(module -> module.name().equals(name))
                                || java.lang.module.ModuleFinder.ofSystem()
                                        .find(name)
                                        .isPresent())
                        .as(name)
                        .isTrue());
    }
}
