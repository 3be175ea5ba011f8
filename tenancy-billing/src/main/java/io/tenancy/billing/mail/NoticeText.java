package io.tenancy.billing.mail;

import io.tenancy.billing.internal.text.Characters;
import io.tenancy.billing.internal.text.Formats;
import io.tenancy.billing.internal.text.Wording;
import io.tenancy.billing.notice.BillingNotice;
import java.util.ArrayList;
import java.util.List;

/** The words of a notice. */
final class NoticeText {

    private static final String NEW_LINE = "\r\n";

    private final Wording words;
    private final Formats formats;
    private final BillingNotice notice;

    NoticeText(Wording words, BillingNotice notice) {
        this.words = words;
        this.formats = new Formats(words.locale());
        this.notice = notice;
    }

    String subject() {
        String number = notice.invoiceNumber() == null ? "" : " " + notice.invoiceNumber();
        return words.text(notice.kind() + ".subject", number, notice.seller().name());
    }

    /** Greeting, what happened, the facts, how to pay where that helps, and from whom. */
    String body() {
        List<String> lines = new ArrayList<>();
        lines.add(words.text("greeting", notice.buyer().name()));
        lines.add("");
        lines.add(words.text(notice.kind() + ".body", notice.seller().name()));
        facts(lines);
        payment(lines);
        lines.add("");
        lines.add(words.text("closing"));
        lines.add(notice.seller().name());
        if (notice.seller().email() != null) {
            lines.add(notice.seller().email());
        }
        return String.join(NEW_LINE, lines.stream().map(Characters::plain).toList()) + NEW_LINE;
    }

    /** Nothing is due on it, so neither is there a date for that. */
    private boolean isSettledInvoice() {
        return notice.kind() == BillingNotice.Kind.INVOICE_ISSUED
                && notice.amount() != null
                && (notice.amount().isZero() || notice.amount().isNegative());
    }

    private void facts(List<String> lines) {
        List<String> facts = new ArrayList<>();
        if (notice.invoiceNumber() != null) {
            facts.add(words.text("invoice", notice.invoiceNumber()));
        }
        if (notice.amount() != null) {
            facts.add(words.text("amount", formats.money(notice.amount())));
        }
        if (notice.date() != null && !isSettledInvoice()) {
            String date = formats.date(notice.date(), notice.buyer().zone());
            facts.add(words.text(notice.kind() + ".date", date));
        }
        if (!facts.isEmpty()) {
            lines.add("");
            lines.addAll(facts);
        }
    }

    private void payment(List<String> lines) {
        boolean toBePaid = switch (notice.kind()) {
            case INVOICE_ISSUED, PAYMENT_REMINDER, ACCESS_RESTRICTED, ACCESS_SUSPENDED ->
                notice.amount() != null && !notice.amount().isZero();
            case PAYMENT_RECEIVED, PAYMENT_DISPUTED, ACCESS_RESTORED, TRIAL_ENDS, SUBSCRIPTION_ENDS -> false;
        };
        if (!toBePaid || notice.seller().payment().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add(words.text("payment"));
        lines.addAll(notice.seller().payment());
        if (notice.invoiceNumber() != null) {
            lines.add(words.text("reference", notice.invoiceNumber()));
        }
    }
}
