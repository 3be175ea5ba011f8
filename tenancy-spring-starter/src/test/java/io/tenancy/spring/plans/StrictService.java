package io.tenancy.spring.plans;

import io.tenancy.entitlement.RequiresModule;
import org.springframework.stereotype.Service;

@Service
@RequiresModule("stock_take")
public class StrictService {

    public String count() {
        return "counted";
    }

    @RequiresModule("reports")
    public String report() {
        return "reported";
    }
}
