# Alarms on what users feel first, then on what runs short. docs/operations.md tells what to do about each.

data "aws_region" "current" {}

locals {
  balancer = { LoadBalancer = var.balancer_arn_suffix }
  targets  = { LoadBalancer = var.balancer_arn_suffix, TargetGroup = var.target_group_arn_suffix }
  service  = { ClusterName = var.cluster_name, ServiceName = var.service_name }
  database = { DBInstanceIdentifier = var.database_identifier }

  # `above` or `below`: where the alarm is. Each looks at `minutes` of one-minute values, all of which must be bad.
  alarms = {
    server-errors = {
      text      = "More than 20 answers a minute are 5xx: look at the server's log for level error."
      namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.targets
      statistic = "Sum", above = 20, below = null, minutes = 3
    }
    balancer-errors = {
      text      = "The load balancer itself answers 5xx: no task takes requests, or they time out."
      namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", dimensions = local.balancer
      statistic = "Sum", above = 20, below = null, minutes = 3
    }
    unhealthy-tasks = {
      text      = "Tasks fail /readyz: they do not reach the database, or hang."
      namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", dimensions = local.targets
      statistic = "Maximum", above = 0, below = null, minutes = 5
    }
    too-few-tasks = {
      text      = "Fewer tasks run than the least that should."
      namespace = "ECS/ContainerInsights", metric = "RunningTaskCount", dimensions = local.service
      statistic = "Minimum", above = null, below = var.min_tasks, minutes = 5
    }
    slow-answers = {
      text      = "One answer in twenty takes longer than a second. Long polls count, so look at /metrics too."
      namespace = "AWS/ApplicationELB", metric = "TargetResponseTime", dimensions = local.targets
      statistic = "p95", above = 1, below = null, minutes = 10
    }
    service-memory = {
      text      = "The tasks use more than 85 % of their memory."
      namespace = "AWS/ECS", metric = "MemoryUtilization", dimensions = local.service
      statistic = "Maximum", above = 85, below = null, minutes = 5
    }
    service-cpu = {
      text      = "The tasks are busy although autoscaling could have added some: is max_tasks reached?"
      namespace = "AWS/ECS", metric = "CPUUtilization", dimensions = local.service
      statistic = "Average", above = 85, below = null, minutes = 10
    }
    database-cpu = {
      text      = "The database is busy: see Performance Insights for the statement."
      namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = local.database
      statistic = "Average", above = 80, below = null, minutes = 10
    }
    database-storage = {
      text      = "A tenth of the storage or less is left, and growing it by itself has failed or reached its end."
      namespace = "AWS/RDS", metric = "FreeStorageSpace", dimensions = local.database
      statistic = "Minimum", above = null, below = var.database_storage_gib * 107374182, minutes = 5
    }
    database-memory = {
      text      = "The database has less than 128 MiB of memory left."
      namespace = "AWS/RDS", metric = "FreeableMemory", dimensions = local.database
      statistic = "Minimum", above = null, below = 134217728, minutes = 10
    }
    database-connections = {
      text      = "More than 80 connections: each worker holds a pool, and small instances take about 100."
      namespace = "AWS/RDS", metric = "DatabaseConnections", dimensions = local.database
      statistic = "Maximum", above = 80, below = null, minutes = 5
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.above != null ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = each.value.above != null ? each.value.above : each.value.below
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = each.key == "too-few-tasks" ? "breaching" : "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

# Redis has one processor for commands: CPU of the machine would hide that it is full.
resource "aws_cloudwatch_metric_alarm" "cache_cpu" {
  for_each = var.cache_member_ids

  alarm_name          = "${var.name}-cache-cpu-${each.key}"
  alarm_description   = "Redis is busy: a larger node, or see docs/scaling.md for several."
  namespace           = "AWS/ElastiCache"
  metric_name         = "EngineCPUUtilization"
  dimensions          = { CacheClusterId = each.key }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 70
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "${var.name}-errors"
  log_group_name = var.log_group_name
  pattern        = "{ ($.level = \"error\") || ($.level = \"critical\") }"

  metric_transformation {
    namespace     = var.name
    name          = "LoggedErrors"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-logged-errors"
  alarm_description   = "The server logged errors: nothing that users do should. Read them in the service's log group."
  namespace           = var.name
  metric_name         = aws_cloudwatch_log_metric_filter.errors.metric_transformation[0].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in [
        { title = "Sockets, counted twice by the load balancer", metrics = [["AWS/ApplicationELB", "ActiveConnectionCount", "LoadBalancer", var.balancer_arn_suffix, { stat = "Sum" }]] },
        { title = "Requests and faults", metrics = [
          ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.balancer_arn_suffix, { stat = "Sum" }],
          ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", var.balancer_arn_suffix, { stat = "Sum" }],
        ] },
        { title = "Tasks", metrics = [
          ["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.cluster_name, "ServiceName", var.service_name, { stat = "Average" }],
        ] },
        { title = "CPU and memory of the tasks, %", metrics = [
          ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster_name, "ServiceName", var.service_name, { stat = "Average" }],
          ["AWS/ECS", "MemoryUtilization", "ClusterName", var.cluster_name, "ServiceName", var.service_name, { stat = "Maximum" }],
        ] },
        { title = "Database: CPU, %, and connections", metrics = [
          ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database_identifier, { stat = "Average" }],
          ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", var.database_identifier, { stat = "Maximum", yAxis = "right" }],
        ] },
        { title = "Redis: CPU, %", metrics = [
          for id in sort(tolist(var.cache_member_ids)) : ["AWS/ElastiCache", "EngineCPUUtilization", "CacheClusterId", id, { stat = "Average" }]
        ] },
      ] :
      {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 6 * floor(index / 2)
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = data.aws_region.current.region
          period  = 60
          metrics = widget.metrics
        }
      }
    ]
  })
}
