package io.heddle.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The dashboard in a real Chromium, against canned answers, under the policy that the control plane sends.
class DashboardTest {
    private static final List<String> ARGUMENTS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");
    private static final String WEB_TO_CATALOG = "edge:shop/web>shop/catalog";

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

    private static @Nullable Playwright playwright;
    private static @Nullable Browser chromium;

    private final List<String> complaints = new ArrayList<>();
    private @Nullable CannedMesh mesh;
    private @Nullable Page page;

    @BeforeAll
    static void startBrowser() {
        Preconditions.bundle();
        Preconditions.chromium();
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        chromium = playwright
                .chromium()
                .launch(new LaunchOptions()
                        .setExecutablePath(Preconditions.CHROMIUM)
                        .setArgs(ARGUMENTS));
    }

    @AfterAll
    static void stopBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @AfterEach
    void stopMesh() {
        if (page != null) {
            page.context().close();
        }
        if (mesh != null) {
            mesh.close();
        }
    }

    @TestFactory
    List<DynamicTest> the_pure_parts_hold_their_promises() {
        Page checks = open(CannedMesh.Story.BOOKSHOP, "checks.html");
        List<?> results = (List<?>) checks.evaluate("heddleChecks");
        assertThat(results).hasSizeGreaterThan(15);
        return results.stream()
                .map(result -> (Map<?, ?>) result)
                .map(result -> DynamicTest.dynamicTest(
                        String.valueOf(result.get("name")),
                        () -> assertThat(String.valueOf(result.get("failure"))).isEmpty()))
                .toList();
    }

    @Test
    void the_map_shows_nodes_edges_and_locks() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        assertThat(map.locator(".node")).hasCount(8);
        assertThat(map.locator("g.edge")).hasCount(7);
        assertThat(map.locator(".edge-label .lock.closed")).hasCount(6);
        assertThat(map.locator(".edge-label .lock.open")).hasCount(1);
        assertThat(label(map, WEB_TO_CATALOG)).containsText("/s");
        assertThat(label(map, WEB_TO_CATALOG)).containsText("p99");
        assertThat(label(map, "edge:shop/orders>legacy/warehouse")).containsText("plaintext");
        assertThat(label(map, "edge:legacy/warehouse>shop/catalog")).containsText("no traffic");
        assertThat(map.locator("g.edge.failing")).hasCount(1);
        assertThat(map.locator(".facts")).containsText("cluster.local");
        assertThat(map.locator(".facts")).containsText("4 of 7");
        assertNoComplaints();
    }

    @Test
    void figures_move_while_places_stay() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        Locator node = map.locator("[data-key='node:shop/web']");
        String place = node.getAttribute("transform");
        Locator rate = label(map, WEB_TO_CATALOG).locator(".label-rate");
        String first = rate.textContent();
        assertThat(rate).not().hasText(first);
        assertThat(node.getAttribute("transform")).isEqualTo(place);
        assertNoComplaints();
    }

    @Test
    void choosing_an_edge_opens_its_figures_and_the_address_keeps_it() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        label(map, "edge:shop/orders>shop/payments").press("Enter");
        Locator panel = map.locator(".panel");
        assertThat(panel).containsText("orders → payments");
        assertThat(panel).containsText("Mutual TLS");
        assertThat(panel.locator(".errors")).containsText("503");
        map.reload();
        assertThat(panel).containsText("orders → payments");
        map.keyboard().press("Escape");
        assertThat(panel).hasCount(0);
        map.locator("[data-key='node:legacy/warehouse']").click();
        assertThat(panel).containsText("Called by");
        assertNoComplaints();
    }

    @Test
    void grouping_by_version_asks_for_workloads() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        button(map, "By version").click();
        assertThat(map.locator("[data-key='node:shop/catalog-v2']")).isVisible();
        assertThat(map).hasURL(Pattern.compile("by=workload"));
        assertNoComplaints();
    }

    @Test
    void the_table_holds_the_same_sorts_and_filters() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "#/map?view=table");
        Locator rows = map.locator("tbody tr");
        assertThat(rows).hasCount(7);
        button(map, "p99").click();
        assertThat(rows.first()).containsText("payments");
        assertThat(map.locator("th[aria-sort=descending]")).hasText("p99");
        map.keyboard().press("/");
        map.keyboard().type("ratings");
        assertThat(rows).hasCount(1);
        assertThat(rows.first()).containsText("mTLS");
        assertNoComplaints();
    }

    @Test
    void the_edges_can_be_taken_away_as_csv() throws Exception {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        var file = map.waitForDownload(() -> button(map, "CSV").click());
        assertThat(file.path()).content().startsWith("from,to,requests,rate,success,p50_ms,p99_ms,mtls,errors");
        assertThat(file.path()).content().contains("shop/orders,legacy/warehouse");
    }

    @Test
    void proxies_in_trouble_come_first_with_their_reason() {
        Page proxies = open(CannedMesh.Story.BOOKSHOP, "#/proxies");
        Locator rows = proxies.locator("tbody tr");
        assertThat(rows).hasCount(8);
        assertThat(rows.nth(0)).containsText("orders-v1");
        assertThat(rows.nth(0)).containsText("Rejected");
        assertThat(rows.nth(0)).containsText("Retry code 99");
        assertThat(rows.nth(1)).containsText("Disconnected");
        rows.nth(0).press("Enter");
        assertThat(proxies.locator(".panel")).containsText("Use a code from 100 to 599.");
        proxies.locator("[data-search]").fill("stale");
        assertThat(rows).hasCount(1);
        assertNoComplaints();
    }

    @Test
    void configuration_says_where_it_is_active_and_shows_the_document() {
        Page config = open(CannedMesh.Story.BOOKSHOP, "");
        config.keyboard().press("3");
        Locator route = config.locator("[data-id='HTTPRoute/shop/catalog']");
        assertThat(route).containsText("active on 8 of 8 proxies, live after 37 ms");
        assertThat(config.locator("[data-id='HTTPRoute/shop/payments']")).containsText("rejected by 1");
        assertThat(config.locator(".problems")).containsText("A tab stands where YAML wants spaces");
        route.click();
        assertThat(config.locator(".yaml")).containsText("weight: 90");
        assertThat(config.locator(".yaml")).not().containsText("activeOn");
        assertNoComplaints();
    }

    @Test
    void an_empty_mesh_says_why_it_is_empty() {
        Page map = open(CannedMesh.Story.EMPTY, "");
        assertThat(map.locator(".empty")).containsText("No proxy is connected");
        assertThat(map.locator(".empty")).containsText("./heddle run");
        map.keyboard().press("2");
        assertThat(map.locator(".empty")).containsText("No proxy has connected yet");
        map.keyboard().press("3");
        assertThat(map.locator(".empty")).containsText("Nothing is configured");
        assertNoComplaints();
    }

    @Test
    void a_silent_control_plane_is_told_and_its_return_too() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        assertThat(map.locator(".node")).hasCount(8);
        CannedMesh stopped = running();
        stopped.close();
        assertThat(map.locator("#silent")).containsText("does not answer since");
        assertThat(map.locator("main")).hasClass("old");
        assertThat(map.locator(".node")).hasCount(8);
        screenshot(map, "silent");
        mesh = CannedMesh.restart(stopped);
        assertThat(map.locator("#silent")).hasCount(0);
        assertThat(map.locator(".freshness")).hasText("Live");
    }

    @Test
    void one_failing_answer_is_named_while_the_rest_goes_on() {
        Page map = open(CannedMesh.Story.BROKEN_GRAPH, "");
        assertThat(map.locator(".banner")).containsText("/api/v1/graph");
        assertThat(map.locator(".banner")).containsText("500");
        assertThat(map.locator(".facts")).containsText("cluster.local");
    }

    @Test
    void two_hundred_services_are_drawn_and_found() {
        Page map = open(CannedMesh.Story.LARGE, "");
        assertThat(map.locator(".node")).hasCount(200);
        screenshot(map, "large");
        map.keyboard().press("/");
        map.keyboard().type("service-042");
        assertThat(map.locator(".node")).hasCount(3);
        assertThat(map.locator(".map-note")).containsText("3 of 200");
        assertThat(map.locator(".edge-label")).hasCount(2);
        screenshot(map, "large-search");
        assertNoComplaints();
    }

    @Test
    void light_and_dark_follow_the_system_until_the_reader_chooses() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
        assertThat(map.locator("html")).hasAttribute("data-theme", "light");
        map.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(map.locator("html")).hasAttribute("data-theme", "dark");
        button(map, "Switch to light colours").click();
        map.reload();
        assertThat(map.locator("html")).hasAttribute("data-theme", "light");
    }

    /// WCAG 2.2, success criterion 1.4.3: text and its ground differ by at least 4.5 to 1.
    @Test
    void every_text_colour_can_be_read_on_its_grounds() {
        Page map = open(CannedMesh.Story.BOOKSHOP, "");
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
    void every_page_can_be_pictured_in_light_and_dark() {
        Page pages = open(CannedMesh.Story.BOOKSHOP, "");
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
                pages.navigate(running().url(hash));
                assertThat(pages.locator(".node, tbody tr, .resource").first()).isVisible();
                screenshot(pages, name + "-" + scheme.name().toLowerCase(Locale.ROOT));
            });
        }
        pages.setViewportSize(900, 700);
        pages.navigate(running().url("#/map?select=node:shop/orders"));
        screenshot(pages, "narrow");
        Object overflow = pages.evaluate("document.documentElement.scrollWidth > innerWidth");
        assertThat(overflow).isEqualTo(false);
    }

    private Page open(CannedMesh.Story story, String hash) {
        mesh = CannedMesh.start(story);
        page = Objects.requireNonNull(chromium)
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(1440, 860)
                        .setReducedMotion(ReducedMotion.REDUCE)
                        .setLocale("en-US"))
                .newPage();
        page.onConsoleMessage(message -> {
            if (!message.type().equals("log")) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(running().url(hash));
        if (!hash.equals("checks.html")) {
            assertThat(page.locator(".freshness")).hasText("Live");
        }
        return page;
    }

    private CannedMesh running() {
        return Objects.requireNonNull(mesh);
    }

    private void assertNoComplaints() {
        assertThat(complaints).as("errors and warnings on the console").isEmpty();
    }

    private static Locator label(Page map, String key) {
        return map.locator(".edge-label[data-key='" + key + "']");
    }

    private static Locator button(Page where, String name) {
        return where.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static void screenshot(Page what, String name) {
        Path folder = Path.of(System.getProperty("heddle.dashboard.screenshots", "target/screenshots"));
        what.screenshot(new Page.ScreenshotOptions().setPath(folder.resolve(name + ".png")));
    }
}
