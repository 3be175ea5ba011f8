package io.tenancy.spring.limits;

import io.tenancy.TenantId;
import io.tenancy.quota.QuotaAlert;
import io.tenancy.quota.QuotaAlertListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.stereotype.Component;

/** Keeps what it hears. */
@Component
public class AlertLog implements QuotaAlertListener {

    private final List<QuotaAlert> alerts = new CopyOnWriteArrayList<>();

    @Override
    public void reached(QuotaAlert alert) {
        alerts.add(alert);
    }

    public List<QuotaAlert> of(TenantId tenant) {
        return alerts.stream().filter(alert -> alert.tenantId().equals(tenant)).toList();
    }
}
