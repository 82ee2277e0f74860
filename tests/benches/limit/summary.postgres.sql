WITH of_portfolio AS (
    SELECT i.*, b.id AS baseline_id, b.budget_minor,
        (SELECT coalesce(sum(amount_minor), 0)::bigint FROM cost_entries
            WHERE initiative_id = i.id AND kind = 'ACTUAL' AND incurred_on <= current_date) AS spent
    FROM initiatives AS i JOIN baselines AS b ON b.initiative_id = i.id WHERE i.portfolio_id = $1),
by_milestone AS (
    SELECT i.id,
        sum(bm.weight_bp * i.budget_minor / 10000 * m.percent_bp / 10000)::bigint AS earned,
        sum(CASE WHEN bm.due_on <= current_date THEN bm.weight_bp * i.budget_minor / 10000 ELSE 0 END)::bigint AS planned,
        count(*) FILTER (WHERE m.status NOT IN ('DONE', 'CANCELLED') AND m.due_on < current_date) AS late
    FROM of_portfolio AS i
    JOIN baseline_milestones AS bm ON bm.baseline_id = i.baseline_id
    JOIN milestones AS m ON m.id = bm.milestone_id
    GROUP BY i.id),
stood AS (
    SELECT i.status, i.spent, m.earned, m.planned, m.late,
        CASE WHEN i.spent * 100 >= m.earned * 107 THEN 'RED' WHEN i.spent * 100 >= m.earned * 104 OR m.late > 0 THEN 'AMBER' ELSE 'GREEN' END AS health
    FROM of_portfolio AS i JOIN by_milestone AS m ON m.id = i.id),
totals AS (
    SELECT count(*) AS initiatives, sum(late) AS late, sum(earned) AS earned, sum(planned) AS planned, sum(spent) AS spent FROM stood)
SELECT json_build_object('data', json_build_object('portfolio', json_build_object(
    'name', (SELECT name FROM portfolios WHERE id = $1),
    'summary', json_build_object(
        'initiatives', initiatives, 'open', initiatives, 'milestonesOverdue', late,
        'byStatus', (
            SELECT json_agg(json_build_object('status', status, 'count', (SELECT count(*) FROM stood WHERE stood.status = v.status)) ORDER BY place)
            FROM (VALUES (1, 'PROPOSED'), (2, 'APPROVED'), (3, 'ACTIVE'), (4, 'ON_HOLD'), (5, 'CLOSING'), (6, 'CLOSED'), (7, 'CANCELLED'), (8, 'REJECTED')) AS v(place, status)),
        'byHealth', (
            SELECT json_agg(json_build_object('health', health, 'count', (SELECT count(*) FROM stood WHERE stood.health = v.health)) ORDER BY place)
            FROM (VALUES (1, 'GREEN'), (2, 'AMBER'), (3, 'RED'), (4, 'GREY')) AS v(place, health)),
        'earnedValue', json_build_object(
            'earnedValue', json_build_object('value', (earned / 100.0)::numeric(20, 2)::text),
            'plannedValue', json_build_object('value', (planned / 100.0)::numeric(20, 2)::text),
            'actualCost', json_build_object('value', (spent / 100.0)::numeric(20, 2)::text),
            'costIndex', json_build_object('value', round(earned / spent::numeric, 4)::text))))))::text
FROM totals
