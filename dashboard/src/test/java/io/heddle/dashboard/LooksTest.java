package io.heddle.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// How the dashboard looks: colours, contrast, width. It leaves a picture of every page in `target/screenshots`.
@ExtendWith(ChromiumExtension.class)
class LooksTest {
    /// A function of the page that lists the pairs of text and ground with too little contrast.
    private static final String CONTRASTS = """
            () => {
              const style = getComputedStyle(document.documentElement);
              const light = (name) => {
                const hex = style.getPropertyValue("--" + name).trim();
                const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
                  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const contrast = (one, other) => {
                const [dark, bright] = [light(one), light(other)].sort((left, right) => left - right);
                return (bright + 0.05) / (dark + 0.05);
              };
              const grounds = ["surface", "sunken", "accent-soft"];
              const pairs = ["text", "dim"].flatMap((text) => [...grounds, "ground", "raised"].map((on) => [text, on]));
              for (const tone of ["good", "degraded", "failing", "idle"]) pairs.push(...grounds.map((on) => [tone, on]));
              for (const tone of ["good", "degraded", "failing"]) pairs.push([tone, tone + "-soft"], ["dim", tone + "-soft"]);
              return pairs.filter(([text, on]) => !(contrast(text, on) >= 4.5)).map((pair) => pair.join(" on "));
            }
            """;

    private static final String OVERFLOWS = "document.documentElement.scrollWidth > innerWidth";

    @Test
    void light_and_dark_follow_the_system_until_the_reader_chooses(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        assertThat(map.locator("html")).hasAttribute("data-theme", "light");
        map.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(map.locator("html")).hasAttribute("data-theme", "dark");
        Dashboard.button(map, "Switch to light colours").click();
        map.reload();
        assertThat(map.locator("html")).hasAttribute("data-theme", "light");
    }

    /// WCAG 2.2, success criterion 1.4.3: text and its ground differ by at least 4.5 to 1.
    @Test
    void every_text_colour_can_be_read_on_its_grounds(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            map.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            assertThat(map.locator("html"))
                    .hasAttribute("data-theme", scheme.name().toLowerCase(Locale.ROOT));
            assertThat((List<?>) map.evaluate(CONTRASTS))
                    .as(scheme + " colours")
                    .isEmpty();
        }
    }

    @Test
    void every_page_can_be_pictured_in_light_and_dark(Dashboard dashboard) {
        Page pages = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        Map<String, String> addresses = Map.of(
                "map", "#/map",
                "map-edge", "#/map?select=edge:shop/orders%3Eshop/payments",
                "map-versions", "#/map?by=workload",
                "table", "#/map?view=table",
                "proxies", "#/proxies",
                "proxy", "#/proxies?select=sidecar~127.0.0.1~orders-v1.shop~shop.svc.cluster.local",
                "config", "#/config?select=HTTPRoute/shop/catalog");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            pages.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            addresses.forEach((name, hash) -> {
                pages.navigate(dashboard.mesh().url(hash));
                assertThat(pages.locator(".node, tbody tr, .resource").first()).isVisible();
                dashboard.screenshot(pages, name + "-" + scheme.name().toLowerCase(Locale.ROOT));
            });
        }
        pages.setViewportSize(1440, 1260);
        pages.navigate(dashboard.mesh().url("#/map?select=edge:shop/orders%3Eshop/payments"));
        assertThat(pages.locator(".sparkline .line").first()).hasAttribute("d", Pattern.compile("M.*L.*L.*"));
        dashboard.screenshot(pages, "history");
        pages.setViewportSize(900, 700);
        pages.navigate(dashboard.mesh().url("#/map?select=node:shop/orders"));
        dashboard.screenshot(pages, "narrow");
        assertThat(pages.evaluate(OVERFLOWS)).isEqualTo(false);
        pages.setViewportSize(420, 800);
        for (String name : List.of("map", "table", "proxies", "config")) {
            pages.navigate(dashboard.mesh().url(Objects.requireNonNull(addresses.get(name), name)));
            assertThat(pages.locator(".node, tbody tr, .resource").first()).isVisible();
            dashboard.screenshot(pages, "phone-" + name);
            assertThat(pages.evaluate(OVERFLOWS)).as(name).isEqualTo(false);
        }
    }
}
