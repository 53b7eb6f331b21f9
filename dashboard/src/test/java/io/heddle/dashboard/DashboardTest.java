package io.heddle.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the dashboard shows and does, in a real Chromium, under the policy that the control plane sends.
@ExtendWith(ChromiumExtension.class)
class DashboardTest {
    private static final String WEB_TO_CATALOG = "edge:shop/web>shop/catalog";
    /// A function of the page that lists the pairs of labels, or label and node, that lie on one another as drawn.
    private static final String COVERED = """
            () => {
              const boxes = [...document.querySelectorAll(".edge-label > rect, .node-card")].map((rect) =>
                ({ rect: rect.getBoundingClientRect(), key: rect.parentElement.dataset.key }));
              return boxes.flatMap((one, index) => boxes.slice(index + 1)
                .filter((other) => one.rect.left < other.rect.right && other.rect.left < one.rect.right
                  && one.rect.top < other.rect.bottom && other.rect.top < one.rect.bottom)
                .map((other) => one.key + " on " + other.key));
            }
            """;

    @TestFactory
    List<DynamicTest> the_pure_parts_hold_their_promises(Dashboard dashboard) {
        Page checks = dashboard.open(CannedMesh.Story.BOOKSHOP, "checks.html");
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
    void the_map_shows_nodes_edges_and_locks(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
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
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void no_label_covers_another_or_a_node(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.STRANGERS, "");
        assertThat(map.locator(".edge-label .lock.closed")).hasCount(8);
        assertThat((List<?>) map.evaluate(COVERED)).isEmpty();
        assertThat(label(map, "edge:shop/stranger>shop/ratings")).containsText("1 request before");
        dashboard.screenshot(map, "strangers");
    }

    @Test
    void figures_move_while_places_stay(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        Locator node = map.locator("[data-key='node:shop/web']");
        String place = node.getAttribute("transform");
        Locator rate = label(map, WEB_TO_CATALOG).locator(".label-rate");
        String first = rate.textContent();
        assertThat(rate).not().hasText(first);
        assertThat(node.getAttribute("transform")).isEqualTo(place);
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void choosing_an_edge_opens_its_figures_and_the_address_keeps_it(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
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
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void grouping_by_version_asks_for_workloads(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        Dashboard.button(map, "By version").click();
        assertThat(map.locator("[data-key='node:shop/catalog-v2']")).isVisible();
        assertThat(map).hasURL(Pattern.compile("by=workload"));
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void the_table_holds_the_same_sorts_and_filters(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "#/map?view=table");
        Locator rows = map.locator("tbody tr");
        assertThat(rows).hasCount(7);
        Dashboard.button(map, "p99").click();
        assertThat(rows.first()).containsText("payments");
        assertThat(map.locator("th[aria-sort=descending]")).hasText("p99");
        map.keyboard().press("/");
        map.keyboard().type("ratings");
        assertThat(rows).hasCount(1);
        assertThat(rows.first()).containsText("mTLS");
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void the_edges_can_be_taken_away_as_csv(Dashboard dashboard) throws Exception {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        var file = map.waitForDownload(() -> Dashboard.button(map, "CSV").click());
        assertThat(file.path()).content().startsWith("from,to,requests,rate,success,p50_ms,p99_ms,mtls,errors");
        assertThat(file.path()).content().contains("shop/orders,legacy/warehouse");
    }

    @Test
    void proxies_in_trouble_come_first_with_their_reason(Dashboard dashboard) {
        Page proxies = dashboard.open(CannedMesh.Story.BOOKSHOP, "#/proxies");
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
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void configuration_says_where_it_is_active_and_shows_the_document(Dashboard dashboard) {
        Page config = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        config.keyboard().press("3");
        Locator route = config.locator("[data-id='HTTPRoute/shop/catalog']");
        assertThat(route).containsText("active on 8 of 8 proxies, took 37 ms to be live");
        assertThat(config.locator("[data-id='HTTPRoute/shop/payments']")).containsText("rejected by 1");
        assertThat(config.locator(".problems")).containsText("A tab stands where YAML wants spaces");
        route.click();
        assertThat(config.locator(".yaml")).containsText("weight: 90");
        assertThat(config.locator(".yaml")).not().containsText("activeOn");
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void an_empty_mesh_says_why_it_is_empty(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.EMPTY, "");
        assertThat(map.locator(".empty")).containsText("No proxy is connected");
        assertThat(map.locator(".empty")).containsText("./heddle run");
        dashboard.screenshot(map, "empty");
        map.keyboard().press("2");
        assertThat(map.locator(".empty")).containsText("No proxy has connected yet");
        map.keyboard().press("3");
        assertThat(map.locator(".empty")).containsText("Nothing is configured");
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    @Test
    void a_silent_control_plane_is_told_and_its_return_too(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BOOKSHOP, "");
        assertThat(map.locator(".node")).hasCount(8);
        CannedMesh stopped = dashboard.mesh();
        stopped.close();
        assertThat(map.locator("#silent")).containsText("does not answer since");
        assertThat(map.locator("main")).hasClass("old");
        assertThat(map.locator(".node")).hasCount(8);
        dashboard.screenshot(map, "silent");
        dashboard.resume(CannedMesh.restart(stopped));
        assertThat(map.locator("#silent")).hasCount(0);
        assertThat(map.locator(".freshness")).hasText("Live");
    }

    @Test
    void one_failing_answer_is_named_while_the_rest_goes_on(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.BROKEN_GRAPH, "");
        assertThat(map.locator(".banner")).containsText("/api/v1/graph");
        assertThat(map.locator(".banner")).containsText("500");
        assertThat(map.locator(".facts")).containsText("cluster.local");
    }

    @Test
    void two_hundred_services_are_drawn_and_found(Dashboard dashboard) {
        Page map = dashboard.open(CannedMesh.Story.LARGE, "");
        assertThat(map.locator(".node")).hasCount(200);
        dashboard.screenshot(map, "large");
        map.keyboard().press("/");
        map.keyboard().type("service-042");
        assertThat(map.locator(".node")).hasCount(3);
        assertThat(map.locator(".map-note")).containsText("3 of 200");
        assertThat(map.locator(".edge-label")).hasCount(2);
        dashboard.screenshot(map, "large-search");
        assertThat(dashboard.complaints())
                .as("errors and warnings on the console")
                .isEmpty();
    }

    private static Locator label(Page map, String key) {
        return map.locator(".edge-label[data-key='" + key + "']");
    }
}
