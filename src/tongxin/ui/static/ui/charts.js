// Draws every [data-chart] with ECharts, loaded only where there is one. The content is a JSON script:
// {labels: [...], unit: "%", decimals: 1, series: [{name, values: [number or null],
//  dimension: "guidance", low: [...], high: [...]}], marks: [{label, text}]}. Colours come from tokens.css.

const INKS = ["accent", "standing", "competence", "ranks", "contribution", "guidance"];
const charts = new Map();
const dark = matchMedia("(prefers-color-scheme: dark)");
let loading = null;

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function loadEcharts() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.body.dataset.echarts;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

function writer(content) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: content.decimals ?? 2,
    minimumFractionDigits: content.decimals ?? 0,
  });
  return (value) => (value == null ? "–" : format.format(value) + (content.unit === "%" ? "%" : ""));
}

function axisWriter(content) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    notation: "compact",
    maximumFractionDigits: 2,
  });
  return (value) => format.format(value) + (content.unit === "%" ? "%" : "");
}

function frame(write) {
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("ink") },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: token("line-strong") } },
      renderMode: "richText",
      backgroundColor: token("surface"),
      borderColor: token("line-strong"),
      textStyle: { color: token("ink"), fontSize: 13 },
      valueFormatter: write,
    },
  };
}

function labelAxis(content) {
  return {
    type: "category",
    data: content.labels,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: token("line-strong") } },
    axisLabel: { color: token("ink-soft"), hideOverlap: true },
  };
}

function valueAxis(content) {
  return {
    type: "value",
    name: content.unit === "%" ? "" : (content.unit ?? ""),
    nameTextStyle: { color: token("ink-soft"), align: "right" },
    splitNumber: 4,
    splitLine: { lineStyle: { color: token("line") } },
    axisLabel: { color: token("ink-soft"), formatter: axisWriter(content) },
  };
}

function inkOf(series, place) {
  return token(series.dimension ?? INKS[place % INKS.length]);
}

// Two invisible stacked areas make the band between low and high.
function bandOf(series, ink, place) {
  if (!series.low) {
    return [];
  }
  const plain = {
    type: "line",
    stack: `band ${place}`,
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
  };
  const heights = series.high.map((high, at) => (high == null ? null : high - series.low[at]));
  return [
    { ...plain, data: series.low },
    { ...plain, data: heights, areaStyle: { color: ink, opacity: 0.18 } },
  ];
}

// A vertical line where periods are not alike: other units, another definition.
function marksOf(content) {
  if (!content.marks?.length) {
    return {};
  }
  return {
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: token("ink-soft"), type: "dashed", width: 1 },
      label: { color: token("ink-soft"), position: "end", rotate: 0, formatter: (mark) => mark.name },
      data: content.marks.map((mark) => ({ name: mark.text, xAxis: mark.label })),
    },
  };
}

function lineOption(content) {
  const write = writer(content);
  const drawn = content.series.flatMap((series, place) => {
    const ink = inkOf(series, place);
    return [
      ...bandOf(series, ink, place),
      {
        type: "line",
        name: series.name,
        data: series.values,
        color: ink,
        symbol: ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect"][place % 6],
        symbolSize: 7,
        connectNulls: false,
        lineStyle: { width: 2 },
        endLabel: {
          show: true,
          color: ink,
          distance: 8,
          formatter: (point) => `${series.name} ${write(point.value)}`,
        },
        labelLayout: { moveOverlap: "shiftY" },
        ...(place === 0 ? marksOf(content) : {}),
      },
    ];
  });
  const longest = Math.max(
    ...content.series.map((series) => textWidth(`${series.name} ${write(series.values.at(-1))}`)),
  );
  return {
    ...frame(write),
    grid: {
      // Half of the first label reaches to the left of the first point, perhaps past a short value axis.
      left: Math.max(textWidth(content.labels[0] ?? "") / 2 - 8, 8),
      right: Math.min(longest + 24, 220),
      top: content.marks?.length || (content.unit && content.unit !== "%") ? 32 : 16,
      bottom: 8,
      containLabel: true,
    },
    xAxis: { ...labelAxis(content), boundaryGap: false },
    yAxis: { ...valueAxis(content), scale: !content.zero },
    series: drawn,
  };
}

function textWidth(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

function barOption(content) {
  const write = writer(content);
  return {
    ...frame(write),
    grid: { left: 8, right: 72, top: content.series.length > 1 ? 32 : 8, bottom: 8, containLabel: true },
    legend: { show: content.series.length > 1, left: 0, top: 0, textStyle: { color: token("ink") } },
    xAxis: { ...valueAxis(content), name: "", min: (range) => Math.min(0, range.min) },
    yAxis: {
      ...labelAxis(content),
      inverse: true,
      axisLabel: { color: token("ink"), width: 140, overflow: "truncate" },
    },
    series: content.series.map((series, place) => ({
      type: "bar",
      name: series.name,
      data: series.values,
      color: inkOf(series, place),
      barMaxWidth: 20,
      label: { show: true, position: "right", color: token("ink"), formatter: (point) => write(point.value) },
    })),
  };
}

async function draw(element) {
  const content = JSON.parse(document.getElementById(element.dataset.source).textContent);
  const echarts = await loadEcharts();
  const option = element.dataset.chart === "bar" ? barOption(content) : lineOption(content);
  let chart = charts.get(element);
  if (!chart) {
    element.style.height = `${element.dataset.height}px`;
    element.style.display = "block";
    chart = echarts.init(element, null, { renderer: "svg" });
    charts.set(element, chart);
    new ResizeObserver(() => chart.resize()).observe(element);
  }
  chart.setOption(option, true);
}

function drawAll() {
  for (const [element, chart] of charts) {
    if (!element.isConnected) {
      chart.dispose();
      charts.delete(element);
    }
  }
  document.querySelectorAll("[data-chart]").forEach(draw);
}

dark.addEventListener("change", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
drawAll();
