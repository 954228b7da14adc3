-- 职工月工资中位数
-- The wage in the middle of those of the employments on the last day, part-time left out; of an even number the mean
-- of the middle two. It has no numerator; the denominator says of how many.
SELECT unit, period, category,
       NULL AS numerator,
       COUNT(*) FILTER (counts AND wage IS NOT NULL) AS denominator,
       COUNT(*) FILTER (counts IS NULL OR counts AND wage IS NULL) AS undetermined,
       COUNT(*) AS population,
       MEDIAN(wage) FILTER (counts) / 100 AS value
FROM (
    SELECT unit, period, job, wage, form <> 'part_time' AS counts,
           UNNEST(['all', told('sex', sex), told('grade', grade)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
