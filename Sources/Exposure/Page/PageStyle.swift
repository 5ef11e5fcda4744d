/// How the page looks: on a screen by day and night, on a telephone, on paper.
enum PageStyle {
    /// The style sheet.
    static let sheet: StaticString = """

        :root {
          --paper: #fcfcfa; --card: #ffffff; --ink: #1b2126; --soft: #56616b; --line: #dcdfe1; --wash: #f1f3f2;
          --accent: #0b6b6b; --bad: #a3231f; --bad-wash: #fbeceb; --mid: #8a5a00; --mid-wash: #fbf3e2; --good: #23683a; --good-wash: #e8f4ec;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #14181b; --card: #1b2024; --ink: #e4e7e9; --soft: #9ba6ae; --line: #333a40; --wash: #20262a;
            --accent: #63c3bf; --bad: #ff9d94; --bad-wash: #3a2122; --mid: #efc06a; --mid-wash: #362c1b; --good: #86d19c; --good-wash: #1c3224;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
        header, main, footer { max-width: 58rem; margin: 0 auto; padding: 0 1.25rem; }
        header { padding-top: 2.5rem; }
        footer { padding-top: 1rem; padding-bottom: 3rem; }
        h1, h2, h3, h4 { line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
        h1 { font-size: clamp(1.8rem, 5vw, 2.6rem); margin: 0 0 .5rem; letter-spacing: -.015em; }
        h2 { font-size: 1.4rem; margin: 2.75rem 0 .75rem; padding-top: 1rem; border-top: 2px solid var(--ink); }
        h3 { font-size: 1.12rem; margin: 0; }
        h4 { font-size: .95rem; margin: 1rem 0 .25rem; }
        p { margin: .5rem 0; max-width: 50rem; }
        a { color: var(--accent); }
        .kicker { margin: 0 0 .25rem; color: var(--accent); font-weight: 600; }
        .meta, .note { color: var(--soft); font-size: .9rem; }
        code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; }
        code { overflow-wrap: anywhere; }
        pre { background: var(--wash); padding: .65rem .8rem; margin: .35rem 0 .75rem; overflow-x: auto; border-radius: 4px; line-height: 1.45; }
        .u { border: 1px solid var(--mid); color: var(--mid); border-radius: 3px; padding: 0 .2em; font-size: .8em; white-space: nowrap; }
        .lead p { font-size: 1.12rem; margin: .4rem 0; }
        .lead p:first-child { color: var(--soft); font-size: 1rem; }
        .grade { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; margin: 1rem 0 0; }
        .grade b { font-size: 2rem; line-height: 1; font-variant-numeric: tabular-nums; }
        .box { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 4px; padding: .8rem 1rem; margin: .75rem 0; }
        .box.warn { border-left-color: var(--mid); background: var(--mid-wash); }
        .box.good { border-left-color: var(--good); background: var(--good-wash); }
        .box p:first-child { margin-top: 0; } .box p:last-child { margin-bottom: 0; }
        ul { padding-left: 1.15rem; margin: .4rem 0; } li { margin: .2rem 0; max-width: 50rem; }
        .kind { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 1rem 1.1rem; margin: 1rem 0; }
        .kind > .head { display: flex; gap: .5rem .9rem; align-items: baseline; flex-wrap: wrap; justify-content: space-between; }
        .rank { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: .5rem; }
        .points { font-size: .85rem; font-weight: 600; padding: .1rem .5rem; border-radius: 4px; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .w3 { color: var(--bad); background: var(--bad-wash); } .w2 { color: var(--mid); background: var(--mid-wash); } .w1 { color: var(--soft); background: var(--wash); }
        .w0 { color: var(--good); background: var(--good-wash); }
        .finding { border-top: 1px solid var(--line); padding: .6rem 0 .2rem; margin-top: .6rem; }
        .finding > .head { display: flex; gap: .3rem .7rem; flex-wrap: wrap; align-items: baseline; }
        .finding > .head code { font-weight: 600; font-size: .95rem; }
        .tag { font-size: .8rem; padding: .05rem .45rem; border: 1px solid var(--line); border-radius: 3px; color: var(--soft); white-space: nowrap; }
        .tag.new { color: var(--bad); border-color: var(--bad); } .tag.mended { color: var(--good); border-color: var(--good); }
        .finding ul { font-size: .95rem; }
        details { margin: .4rem 0; }
        summary { cursor: pointer; color: var(--accent); font-weight: 600; }
        summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .scroll { overflow-x: auto; margin: .75rem 0; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--line); }
        th, td { padding: .35rem .7rem .35rem 0; vertical-align: top; }
        td { border-bottom: 1px solid var(--line); }
        td:first-child code { white-space: nowrap; }
        .mend { max-width: none; border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .6rem; }
        .d { white-space: nowrap; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        svg { width: 100%; height: auto; max-width: 46rem; display: block; margin: .75rem 0; }
        svg .bar { fill: var(--accent); } svg .none { fill: var(--soft); } svg .axis { stroke: var(--line); }
        svg text { fill: var(--ink); font: 13px system-ui, "Noto Sans", "DejaVu Sans", sans-serif; } svg .v { fill: var(--soft); }
        .tree { font-size: .92rem; margin-bottom: 1.25rem; }
        .tree ul { list-style: none; padding-left: 1rem; margin: 0; border-left: 1px solid var(--line); }
        .tree > ul { padding-left: 0; border: 0; }
        .tree li { margin: 0; max-width: none; padding: .1rem 0; }
        .tree details { margin: 0; } .tree summary { font-weight: 400; color: inherit; }
        .tree .note { font-size: .85em; } .tree .k { color: var(--bad); font-size: .85em; } .tree .c { color: var(--accent); font-size: .85em; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; font-size: .92rem; max-width: 46rem; }
        dt { font-weight: 600; } dd { margin: 0; color: var(--soft); }
        @media (max-width: 34rem) {
          header, main, footer { padding-left: .9rem; padding-right: .9rem; }
          dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
          .kind { padding: .8rem; }
        }
        @media print {
          :root {
            --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --wash: #f3f3f3; --accent: #0b5c5c;
            --bad: #8d1512; --bad-wash: #fff; --mid: #6d4600; --mid-wash: #fff; --good: #1d5630; --good-wash: #fff;
          }
          @page { margin: 18mm 16mm; }
          body { font-size: 10.5pt; }
          header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
          header { padding-top: 0; }
          h2, h3, h4, .head, summary { break-after: avoid; }
          .finding, tr, pre, .box, svg, dt, dd { break-inside: avoid; }
          table { font-size: 8pt; } td:first-child code { white-space: normal; overflow-wrap: break-word; }
          .tree { columns: 2; font-size: 8pt; column-gap: 8mm; }
          .points, .tag { border: 1px solid currentColor; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; }
          .scroll { overflow: visible; }
          details::details-content { content-visibility: visible; block-size: auto; height: auto; }
          summary { list-style: none; } summary::marker { content: ""; }
        }

        """
}
