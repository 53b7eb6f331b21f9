package io.heddle.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// One test's dashboard: a canned control plane and a browser page that looks at it. Used by the test's thread only.
final class Dashboard implements AutoCloseable {
    private final Browser chromium;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private @Nullable CannedMesh mesh;
    private @Nullable Page page;

    Dashboard(Browser chromium) {
        this.chromium = chromium;
    }

    /// Starts the story's control plane and waits until the page at this hash has its first answer.
    Page open(CannedMesh.Story story, String hash) {
        mesh = CannedMesh.start(story);
        var opened = chromium.newContext(new Browser.NewContextOptions()
                        .setViewportSize(1440, 860)
                        .setReducedMotion(ReducedMotion.REDUCE)
                        .setLocale("en-US"))
                .newPage();
        page = opened;
        opened.onConsoleMessage(message -> {
            if (!message.type().equals("log")) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        opened.onPageError(complaints::add);
        opened.navigate(mesh.url(hash));
        if (!hash.equals("checks.html")) {
            assertThat(opened.locator(".freshness")).hasText("Live");
        }
        return opened;
    }

    CannedMesh mesh() {
        return Objects.requireNonNull(mesh, "no dashboard was opened");
    }

    /// Takes the control plane that came back, so that it is stopped in the end.
    void resume(CannedMesh back) {
        mesh = back;
    }

    /// What the browser's console said beyond plain log lines.
    List<String> complaints() {
        return complaints;
    }

    void screenshot(Page what, String name) {
        Path folder = Path.of(System.getProperty("heddle.dashboard.screenshots", "target/screenshots"));
        what.screenshot(new Page.ScreenshotOptions().setPath(folder.resolve(name + ".png")));
    }

    static Locator button(Page where, String name) {
        return where.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    @Override
    public void close() {
        if (page != null) {
            page.context().close();
        }
        if (mesh != null) {
            mesh.close();
        }
    }
}
