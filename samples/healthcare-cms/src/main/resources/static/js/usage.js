// Draws the charts and moves them while the page is open. Without scripts the page shows the figures of its opening.
(() => {
  'use strict';
  const page = document.querySelector('[data-usage]');
  if (!page) {
    return;
  }
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const charts = {};

  page.querySelectorAll('[data-chart]').forEach((canvas) => {
    canvas.parentElement.hidden = false;
    charts[canvas.dataset.chart] = new Chart(canvas, {
      type: 'bar',
      data: {
        labels: canvas.dataset.labels.split('|'),
        datasets: [{
          data: canvas.dataset.values.split('|').map(Number),
          backgroundColor: colour('--brand'),
          hoverBackgroundColor: colour('--accent'),
          borderRadius: 5,
          maxBarThickness: 34,
        }],
      },
      options: {
        animation: calm ? false : { duration: 500 },
        maintainAspectRatio: false,
        plugins: { legend: { display: false }, tooltip: { displayColors: false } },
        scales: {
          x: { grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 14, color: '#55504a' } },
          y: {
            beginAtZero: true,
            suggestedMax: 5,
            border: { display: false },
            grid: { color: '#ece9e4' },
            ticks: { precision: 0, maxTicksLimit: 6, color: '#55504a' },
          },
        },
      },
    });
  });

  const text = (element, value) => {
    if (element && element.textContent !== value) {
      element.textContent = value;
      return true;
    }
    return false;
  };

  const draw = (name, series) => {
    const chart = charts[name];
    if (!chart) {
      return;
    }
    const before = chart.data.datasets[0].data;
    if (series.values.join() !== before.join() || series.labels.join() !== chart.data.labels.join()) {
      chart.data.labels = series.labels;
      chart.data.datasets[0].data = series.values;
      chart.update();
      const sum = series.values.reduce((all, value) => all + value, 0);
      text(page.querySelector(`[data-total="${name}"]`), String(sum));
    }
  };

  const live = page.querySelector('[data-live]');
  const state = live.querySelector('[data-live-state]');
  const show = (on) => {
    state.classList.toggle('pill--live', on);
    text(state, on ? live.dataset.on : live.dataset.off);
  };

  const stream = new EventSource(page.dataset.usage);
  stream.addEventListener('figures', (event) => {
    const figures = JSON.parse(event.data);
    figures.gauges.forEach((gauge) => {
      const card = page.querySelector(`[data-gauge="${gauge.name}"]`);
      if (!card) {
        return;
      }
      if (text(card.querySelector('[data-used]'), gauge.used) && !calm) {
        card.classList.remove('gauge--moved');
        void card.offsetWidth; // so that the animation begins anew
        card.classList.add('gauge--moved');
      }
      card.dataset.level = gauge.level;
      const bar = card.querySelector('progress');
      if (bar) {
        bar.value = gauge.percent;
      }
    });
    draw('hours', figures.hours);
    draw('days', figures.days);
    text(live.querySelector('[data-at]'), figures.at);
    show(true);
  });
  stream.addEventListener('error', () => show(false));
  addEventListener('pagehide', () => stream.close());
})();
