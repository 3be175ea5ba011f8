package io.tenancy.spring.plans;

import io.tenancy.entitlement.ConsumesQuota;
import io.tenancy.entitlement.RequiresFeature;
import io.tenancy.entitlement.RequiresModule;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class StockService implements Exports {

    private final JdbcTemplate template;
    private final QuotaRecord record;

    public StockService(JdbcTemplate template, QuotaRecord record) {
        this.template = template;
        this.record = record;
    }

    @RequiresModule("stock_take")
    public String count() {
        return "counted";
    }

    @OfStockTake
    public String estimate() {
        return "estimated";
    }

    @RequiresFeature("beta")
    public String forecast() {
        return "forecast";
    }

    @Override
    public String export() {
        return "exported";
    }

    @Transactional
    @ConsumesQuota(value = "articles", units = 2)
    public void write(String text, boolean well) {
        record.note("write");
        template.update("insert into tenant_schema.note (id, text) values (gen_random_uuid(), ?)", text);
        if (!well) {
            throw new IllegalStateException("planned");
        }
    }

    public int notes(String text) {
        Integer count =
                template.queryForObject("select count(*) from tenant_schema.note where text = ?", Integer.class, text);
        return count == null ? 0 : count;
    }
}
