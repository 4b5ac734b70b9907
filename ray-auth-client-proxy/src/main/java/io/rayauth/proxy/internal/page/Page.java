package io.rayauth.proxy.internal.page;

import static io.rayauth.proxy.internal.page.Html.element;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is one of the proxy's own pages, twice: for somebody who looks at it, and as plain text for a
 * program that only wanted data. Needs no script and loads nothing.
 *
 * @param title what the page is about; its heading
 * @param plain what a program gets
 * @param cluster whose page it is; null where nobody may learn that
 * @param content what stands below the heading
 * @param refresh the value of the {@code refresh} that the page makes by itself; null for none
 * @param forms where its forms may lead, as in {@code form-action}
 * @param width class of the page's body
 */
record Page(
    String title,
    String plain,
    @Nullable String cluster,
    List<Html> content,
    @Nullable String refresh,
    String forms,
    String width) {

  private static final String NO_FORMS = "'none'";

  static Page of(String title, String plain, List<Html> content) {
    return new Page(title, plain, null, List.copyOf(content), null, NO_FORMS, "narrow");
  }

  Page about(String cluster) {
    return new Page(title, plain, cluster, content, refresh, forms, width);
  }

  Page refreshing(String refresh) {
    return new Page(title, plain, cluster, content, refresh, forms, width);
  }

  Page wide() {
    return new Page(title, plain, cluster, content, refresh, forms, "wide");
  }

  Page withFormsTo(String forms) {
    return new Page(title, plain, cluster, content, refresh, forms, width);
  }

  /** Returns what a browser may do with the page, which is to show it and to send its forms. */
  String policy() {
    return "default-src 'none'; style-src %s; form-action %s; base-uri 'none'; frame-ancestors 'none'"
        .formatted(StyleSheet.OWN.hash(), forms);
  }

  /** With {@code no-referrer} a browser would send its forms with {@code Origin: null}. */
  private String referrerPolicy() {
    return forms.equals(NO_FORMS) ? "no-referrer" : "same-origin";
  }

  String html() {
    List<Html> head = new ArrayList<>();
    head.add(element("meta").with("charset", "utf-8"));
    head.add(
        element("meta")
            .with("name", "viewport")
            .with("content", "width=device-width, initial-scale=1"));
    head.add(element("meta").with("name", "color-scheme").with("content", "light dark"));
    head.add(element("meta").with("name", "referrer").with("content", referrerPolicy()));
    if (refresh != null) {
      head.add(element("meta").with("http-equiv", "refresh").with("content", refresh));
    }
    head.add(element("title").of(cluster == null ? title : title + " · " + cluster));
    head.add(Html.style(StyleSheet.OWN));
    List<Html> main = new ArrayList<>();
    if (cluster != null) {
      main.add(element("p").with("class", "cluster").of(cluster));
    }
    main.add(element("h1").of(title));
    main.addAll(content);
    StringBuilder page = new StringBuilder("<!doctype html>\n");
    element("html")
        .with("lang", "en")
        .of(
            element("head").of(Html.all(head)),
            element("body").of(element("main").with("class", width).of(Html.all(main))))
        .writeTo(page);
    return page.append('\n').toString();
  }
}
