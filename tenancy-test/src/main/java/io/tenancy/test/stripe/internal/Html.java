package io.tenancy.test.stripe.internal;

/** Plain pages that work without scripts. */
final class Html {

    private static final String STYLE = """
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem;
                   color: #1a1f36; background: #fff; }
            .fake { background: #fff4d6; border-left: 4px solid #b26b00; padding: .5rem 1rem; }
            .error { background: #fde8ec; border-left: 4px solid #b3093c; padding: .5rem 1rem; }
            table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
            th, td { text-align: left; padding: .35rem 0; border-bottom: 1px solid #d5dbe1; }
            td.money, th.money { text-align: right; }
            label { display: block; margin-top: .75rem; font-weight: 600; }
            input { font: inherit; width: 100%; box-sizing: border-box; padding: .5rem; border: 1px solid #697386; }
            .row { display: flex; gap: 1rem; } .row > div { flex: 1; }
            button { font: inherit; font-weight: 600; margin-top: 1.25rem; padding: .6rem 1.2rem; border: 0;
                     background: #533afd; color: #fff; cursor: pointer; }
            button.second { background: #fff; color: #1a1f36; border: 1px solid #697386; }
            :focus-visible { outline: 3px solid #0a6fdb; outline-offset: 2px; }
            """;

    private Html() {}

    /** Text as it is safe between tags and in quoted attributes. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    /** A whole page; its title is escaped here, its content by whoever made it. */
    static String page(String title, String content) {
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            %2$s</style>
            </head>
            <body>
            <main>
            <p class="fake">This is the fake Stripe. Nobody is charged; use test cards only.</p>
            <h1>%1$s</h1>
            %3$s
            </main>
            </body>
            </html>
            """.formatted(escape(title), STYLE, content);
    }

    static String alert(String message) {
        return message.isEmpty() ? "" : "<p class=\"error\" role=\"alert\">" + escape(message) + "</p>\n";
    }

    /** The fields of a card and the button below them. */
    static String cardForm(String action, String email, String button) {
        return """
            <form method="post" action="%s" autocomplete="off">
            %s<label for="number">Card number</label>
            <input id="number" name="number" inputmode="numeric" required list="cards" placeholder="4242 4242 4242 4242">
            <datalist id="cards">
            <option value="4242 4242 4242 4242">succeeds</option>
            <option value="4000 0000 0000 0002">is declined</option>
            <option value="4000 0000 0000 9995">has insufficient funds</option>
            <option value="4000 0000 0000 0341">is saved, and declined later</option>
            <option value="4000 0025 0000 3155">asks the bank, once</option>
            <option value="4000 0027 6000 3184">asks the bank, always</option>
            <option value="4000 0000 0000 0259">is disputed</option>
            </datalist>
            <div class="row">
            <div><label for="expiry">Expiry (MM/YY)</label><input id="expiry" name="expiry" required placeholder="12/34"></div>
            <div><label for="cvc">CVC</label><input id="cvc" name="cvc" inputmode="numeric" required placeholder="123"></div>
            </div>
            <button type="submit">%s</button>
            </form>
            """.formatted(escape(action), email, escape(button));
    }

    static String emailField(String value) {
        return "<label for=\"email\">E-mail</label>\n<input id=\"email\" name=\"email\" type=\"email\" required value=\""
                + escape(value) + "\">\n";
    }

    static String link(String url, String text) {
        return "<p><a href=\"" + escape(url) + "\">" + escape(text) + "</a></p>\n";
    }
}
