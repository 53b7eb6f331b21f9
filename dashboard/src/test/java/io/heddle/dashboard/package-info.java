/// The dashboard's tests: the bundle as files, its pure parts and its pages in a real browser.
///
/// Here lives a small server with canned API answers that change over time. The dashboard itself has no Java: it is
/// bundled from `src/main/web`. Start reading at `DashboardTest`.
@NullMarked
package io.heddle.dashboard;

import org.jspecify.annotations.NullMarked;
