// Draws charts from the tables beside them, so that both say the same. Without scripts the tables are there alone.
(() => {
  'use strict';
  const page = document.querySelector('[data-revenue]');
  if (!page) {
    return;
  }
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const colours = {
    sum: colour('--sum'),
    up: colour('--up'),
    down: colour('--down'),
    none: colour('--line'),
  };

  page.querySelectorAll('[data-graph]').forEach((canvas) => {
    const rows = [...canvas.closest('figure').querySelectorAll('tr')];
    const words = rows.map((row) => row.querySelector('td').textContent);
    const money = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: canvas.dataset.currency,
      maximumFractionDigits: 0,
    });
    canvas.parentElement.hidden = false;
    new Chart(canvas, {
      type: 'bar',
      data: {
        labels: rows.map((row) => row.querySelector('th').textContent),
        datasets: [{
          data: rows.map((row) => [Number(row.dataset.from), Number(row.dataset.to)]),
          backgroundColor: rows.map((row) => colours[row.dataset.kind]),
          borderRadius: 4,
          borderSkipped: false,
          maxBarThickness: 44,
        }],
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        plugins: {
          legend: { display: false },
          tooltip: { displayColors: false, callbacks: { label: (item) => words[item.dataIndex] } },
        },
        scales: {
          x: { grid: { display: false }, ticks: { autoSkip: false, maxRotation: 60, color: '#51606c', font: { size: 11 } } },
          y: {
            beginAtZero: true,
            suggestedMax: 100,
            border: { display: false },
            grid: { color: '#e6ebee' },
            ticks: { maxTicksLimit: 6, color: '#51606c', callback: (value) => money.format(value) },
          },
        },
      },
    });
  });
})();
