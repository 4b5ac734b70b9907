package io.rayauth.proxy.internal.page;

import static io.rayauth.proxy.internal.page.Html.element;

import io.rayauth.proxy.DashboardSource.Listed;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Lays out the start page: a table for each place, or one line that says why there is none. */
final class StartPage {
  private static final String REFRESH_SECONDS = "2";

  private StartPage() {}

  static Page of(String title, List<Place> places, String formsTo) {
    List<Html> content = new ArrayList<>();
    StringBuilder plain = new StringBuilder(title);
    for (Place place : places) {
      content.add(element("h2").of(place.name()));
      content.add(below(place));
      plain.append('\n').append(plain(place));
    }
    if (places.isEmpty()) {
      content.add(quiet("There is no place to look at."));
    }
    content.add(
        element("p").of(element("a").with("href", "/").of("Look again")).with("class", "end"));
    Page page = Page.of(title, plain.toString(), content).wide().withFormsTo(formsTo);
    return places.stream().anyMatch(Place::isAsked) ? page.refreshing(REFRESH_SECONDS) : page;
  }

  private static Html below(Place place) {
    if (place.failure() != null) {
      return Pages.words(place.failure());
    }
    if (place.dashboards() == null) {
      return quiet("Not answered yet; this page looks again by itself.");
    }
    return place.dashboards().isEmpty()
        ? quiet("Nothing here.")
        : table(place.name(), place.dashboards());
  }

  private static Html table(String place, List<Listed> dashboards) {
    Set<String> columns = new LinkedHashSet<>();
    dashboards.forEach(dashboard -> columns.addAll(dashboard.facts().keySet()));
    List<Html> headings = new ArrayList<>();
    headings.add(heading("Cluster"));
    headings.add(heading("State"));
    columns.forEach(column -> headings.add(heading(column)));
    headings.add(heading("Dashboard"));
    List<? extends Html> rows =
        dashboards.stream().map(dashboard -> row(place, dashboard, columns)).toList();
    return element("div")
        .with("class", "table")
        .of(
            element("table")
                .of(
                    element("thead").of(element("tr").of(Html.all(headings))),
                    element("tbody").of(Html.all(rows))));
  }

  private static Html row(String place, Listed dashboard, Collection<String> columns) {
    List<Html> cells = new ArrayList<>();
    cells.add(element("th").with("scope", "row").of(dashboard.name()));
    cells.add(
        element("td")
            .with("class", dashboard.notReady().isEmpty() ? "good" : "bad")
            .of(state(dashboard)));
    columns.forEach(
        column -> cells.add(element("td").of(dashboard.facts().getOrDefault(column, ""))));
    cells.add(element("td").of(openButton(place, dashboard.name())));
    return element("tr").of(Html.all(cells));
  }

  private static Html openButton(String place, String name) {
    return element("form")
        .with("method", "post")
        .with("action", "/open")
        .of(
            hidden("place", place),
            hidden("name", name),
            element("button").with("aria-label", "Open " + name).of("Open"));
  }

  private static Html hidden(String name, String value) {
    return element("input").with("type", "hidden").with("name", name).with("value", value);
  }

  private static Html heading(String words) {
    return element("th").with("scope", "col").of(words);
  }

  private static Html quiet(String words) {
    return element("p").with("class", "quiet").of(words);
  }

  private static String state(Listed dashboard) {
    return dashboard.notReady().orElse("ready");
  }

  private static String plain(Place place) {
    StringBuilder lines = new StringBuilder(place.name()).append(":\n");
    if (place.failure() != null) {
      lines.append("  ").append(place.failure()).append('\n');
    } else if (place.dashboards() == null) {
      lines.append("  not answered yet\n");
    } else {
      place
          .dashboards()
          .forEach(dashboard ->
              lines
                  .append("  ")
                  .append(dashboard.name())
                  .append(": ")
                  .append(state(dashboard))
                  .append('\n'));
    }
    return lines.toString();
  }
}
