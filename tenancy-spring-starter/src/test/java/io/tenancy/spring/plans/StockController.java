package io.tenancy.spring.plans;

import io.tenancy.entitlement.RequiresModule;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class StockController {

    private final StockService stock;

    public StockController(StockService stock) {
        this.stock = stock;
    }

    public record Count(int pieces) {}

    @RequiresModule("stock_take")
    @PostMapping("/stock")
    public String count(@RequestBody Count count) {
        return "counted " + count.pieces();
    }

    @GetMapping("/stock/service")
    public String service() {
        return stock.count();
    }

    @RequiresModule("vault")
    @GetMapping("/vault")
    public String vault() {
        return "open";
    }
}
