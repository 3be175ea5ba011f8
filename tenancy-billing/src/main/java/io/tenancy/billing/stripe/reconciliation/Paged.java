package io.tenancy.billing.stripe.reconciliation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Gathers what Stripe lists until there is a page of it, so that memory does not grow with how much there is. */
final class Paged<S> implements Predicate<S> {

    private final Course course;
    private final Consumer<List<S>> page;
    private final List<S> gathered = new ArrayList<>();

    Paged(Course course, Consumer<List<S>> page) {
        this.course = course;
        this.page = page;
    }

    @Override
    public boolean test(S each) {
        gathered.add(each);
        if (gathered.size() == Course.PAGE) {
            flush();
            // The next page is another call.
            course.spend(1);
        }
        return true;
    }

    void flush() {
        if (!gathered.isEmpty()) {
            page.accept(List.copyOf(gathered));
            course.looked(gathered.size());
            gathered.clear();
        }
    }
}
